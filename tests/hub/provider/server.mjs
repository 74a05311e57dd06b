// An OpenID provider on loopback, as a company has one: a password, and a code for who has a second
// factor (TOTP, RFC 6238). What it knows of people stands in a file, which is read each time.
//
//   node server.mjs PORT PEOPLE.json CALLBACK ISSUED
//
// ISSUED gets each token and code that it gives out, one per line: none may turn up in a log.
import { createHmac } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, file, callback, issued] = process.argv.slice(2);
const SECOND_FACTOR = 'https://refeds.org/profile/mfa';
const people = () => JSON.parse(readFileSync(file)).people;
const settings = () => JSON.parse(readFileSync(file));
const person = (id) => (people()[id]?.disabled ? undefined : people()[id]);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'hub',
    client_secret: process.env.CLIENT_SECRET,
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
  }],
  claims: {
    openid: ['sub'],
    profile: ['preferred_username'],
    groups: ['groups'],
    acr: null,
    amr: null,
  },
  // Claims stand in the id_token as well, as most companies' providers have it.
  conformIdTokenClaims: false,
  acrValues: [SECOND_FACTOR],
  cookies: { keys: [process.env.CLIENT_SECRET] },
  ttl: {
    IdToken: Number(process.env.TOKEN_SECONDS ?? 3600),
    AccessToken: Number(process.env.TOKEN_SECONDS ?? 3600),
  },
  scopes: ['openid', 'profile', 'groups', 'offline_access'],
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: (ctx, id) => person(id) && ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, groups: [], ...person(id).claims }),
  }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile groups offline_access');
    grant.addOIDCClaims(['sub', 'preferred_username', 'groups', 'acr', 'amr']);
    await grant.save();
    return grant;
  },
  interactions: { url: (ctx, interaction) => `/login/${interaction.uid}` },
});

const keep = (value) => value && appendFileSync(issued, `${value}\n`);
for (const kind of ['authorization_code', 'access_token', 'refresh_token']) {
  provider.on(`${kind}.saved`, (token) => keep(token.jti));
}
provider.use(async (ctx, next) => {
  await next();
  if (ctx.path === '/token') keep(ctx.body?.id_token);
});

const code = (secret, step) => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', Buffer.from(secret, 'hex')).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1e6).padStart(6, '0');
};

const form = (uid) => `<!doctype html><title>Sign in</title><form method=post action=/login/${uid}>
<input name=login><input name=password type=password><input name=code><button>Sign in</button></form>`;

createServer(async (request, response) => {
  if (settings().broken) {
    response.statusCode = 503;
    return response.end('{}');
  }
  const match = /^\/login\/([\w-]+)$/.exec(request.url);
  if (!match) return provider.callback()(request, response);
  if (request.method === 'GET') {
    return response.setHeader('content-type', 'text/html').end(form(match[1]));
  }
  let body = '';
  for await (const chunk of request) body += chunk;
  const said = Object.fromEntries(new URLSearchParams(body));
  const known = person(said.login);
  const now = Math.floor(Date.now() / 30000);
  const second = known?.totp && [now - 1, now].some((step) => code(known.totp, step) === said.code);
  if (known?.password !== said.password || (said.code && !second)) {
    response.statusCode = 401;
    return response.end();
  }
  const proof = second
    ? { amr: ['pwd', 'otp', 'mfa'], acr: SECOND_FACTOR }
    : { amr: ['pwd'], acr: '0' };
  await provider.interactionFinished(request, response, {
    login: { accountId: said.login, ...proof },
  });
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
