"""Tokens that begin with a distinctive prefix: one row for each kind.

A shape is the token as one reads it: the prefix, then alphabets and lengths in braces. `pul-{h40}`
is `pul-` and forty hexadecimal digits. The letters of the alphabets stand in `ALPHABETS`, a range is
written `{w32-64}`, a UUID `{U}`. Several shapes of one kind are separated by a space.

To add a kind of token, add a row: the detector's name in kebab-case, what it finds, its shapes, the
environment variable that conventionally holds it, and the page that documents it. The tests make
samples from the shapes. The search looks the first characters of each long word up, so it does not
slow down as the table grows. A token that needs more to be told (something before the prefix, words
around it, a choice between alphabets) is a row of `formats.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ALPHABETS = {
    "a": "A-Za-z0-9",  # letters and digits
    "b": "A-Za-z0-9+/",  # base64
    "d": "0-9",
    "e": "A-Za-z0-9+/=",  # base64, padded anywhere
    "h": "0-9a-f",  # hexadecimal
    "l": "a-z0-9",
    "u": "A-Z0-9",
    "v": r"\w=.-",
    "w": r"\w-",  # base64 for URLs
    "x": "0-9a-fA-F",
}
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# fmt: off
PREFIXES: tuple[tuple[str, str, str, str, str], ...] = (
    ("adobe-client-secret", "Adobe client secret", "p8e-{l32} p8e-{w32}",
     "ADOBE_CLIENT_SECRET", "https://developer.adobe.com/developer-console/docs/guides/authentication/"),
    ("aikido-token", "Aikido token", "AIK_CI_{w32-80} AIK_RUNTIME_{w32-120}",
     "AIKIDO_TOKEN", "https://help.aikido.dev/"),
    ("airtable-token", "Airtable token", "pat{a14}.{h64}",
     "AIRTABLE_TOKEN", "https://airtable.com/developers/web/guides/personal-access-tokens"),
    ("aiven-password", "Aiven service password", "AVNS_{w19}",
     "AIVEN_PASSWORD", "https://aiven.io/docs/platform/concepts/service-users"),
    ("akamai-token", "Akamai token", "akab-{l16}-{l16}",
     "AKAMAI_TOKEN", "https://techdocs.akamai.com/developer/docs/set-up-authentication-credentials"),
    ("amazon-mws-token", "Amazon MWS token", "amzn.mws.{U}",
     "MWS_AUTH_TOKEN", "https://developer-docs.amazon.com/sp-api/docs/amazon-mws-to-sp-api-migration-hub"),
    ("apify-token", "Apify token", "apify_api_{a36}",
     "APIFY_TOKEN", "https://docs.apify.com/platform/integrations/api"),
    ("appsync-api-key", "AWS AppSync API key", "da2-{l26}",
     "APPSYNC_API_KEY", "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html"),
    ("asaas-api-key", "Asaas API key", "aact_{e100-200}",
     "ASAAS_API_KEY", "https://docs.asaas.com/docs/autenticacao-1"),
    ("axiom-token", "Axiom token", "xaat-{U} xapt-{U}",
     "AXIOM_TOKEN", "https://axiom.co/docs/reference/tokens"),
    ("baidu-api-key", "Baidu AI Cloud API key", "bce-v3/ALTAK-{a21}/{h40}",
     "QIANFAN_API_KEY", "https://cloud.baidu.com/doc/IAM/s/Mm2x80srd"),
    ("brevo-api-key", "Brevo API key", "xkeysib-{h64}-{a16}",
     "BREVO_API_KEY", "https://developers.brevo.com/docs/getting-started"),
    ("buildkite-token", "Buildkite token", "bkua_{h40} bkaj_{w40-400}",
     "BUILDKITE_TOKEN", "https://buildkite.com/docs/apis/managing-api-tokens"),
    ("cerebras-api-key", "Cerebras API key", "csk-{l48}",
     "CEREBRAS_API_KEY", "https://inference-docs.cerebras.ai/quickstart"),
    ("clickhouse-secret-key", "ClickHouse Cloud secret key", "4b1d{a38}",
     "CLICKHOUSE_API_SECRET", "https://clickhouse.com/docs/cloud/manage/openapi"),
    ("clojars-token", "Clojars token", "CLOJARS_{l60}",
     "CLOJARS_TOKEN", "https://github.com/clojars/clojars-web/wiki/Deploy-Tokens"),
    ("cloudflare-origin-ca-key", "Cloudflare Origin CA key", "v1.0-{h24}-{h146}",
     "CLOUDFLARE_ORIGIN_CA_KEY", "https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/"),
    ("cockroach-api-key", "CockroachDB Cloud API key", "CCDB1_{a22}_{a40}",
     "COCKROACH_API_KEY", "https://www.cockroachlabs.com/docs/cockroachcloud/managing-access"),
    ("contentful-token", "Contentful management token", "CFPAT-{w43}",
     "CONTENTFUL_TOKEN", "https://www.contentful.com/developers/docs/references/authentication/"),
    ("crates-io-token", "crates.io token", "cio{a32}",
     "CARGO_REGISTRY_TOKEN", "https://doc.rust-lang.org/cargo/reference/publishing.html"),
    ("dbt-token", "dbt Cloud token", "dbtc_{w40-90} dbtu_{w40-90}",
     "DBT_API_KEY", "https://docs.getdbt.com/docs/dbt-cloud-apis/authentication"),
    ("defined-networking-token", "Defined Networking token", "dnkey-{w26}-{w52}",
     "DEFINED_API_KEY", "https://docs.defined.net/guides/automating-host-creation/"),
    ("deno-token", "Deno Deploy token", "ddp_{a36} ddw_{a36}",
     "DENO_DEPLOY_TOKEN", "https://docs.deno.com/deploy/manual/"),
    ("dependency-track-api-key", "Dependency-Track API key", "odt_{a32} odt_{a8}_{a32}",
     "DTRACK_API_KEY", "https://docs.dependencytrack.org/integrations/rest-api/"),
    ("doppler-token", "Doppler token", "dp.scim.{a40-44} dp.audit.{a40-44}",
     "DOPPLER_TOKEN", "https://docs.doppler.com/reference/auth-token-formats"),
    ("duffel-token", "Duffel token", "duffel_live_{w43} duffel_test_{w43}",
     "DUFFEL_ACCESS_TOKEN", "https://duffel.com/docs/api/overview/making-requests"),
    ("easypost-api-key", "EasyPost API key", "EZAK{a54} EZTK{a54}",
     "EASYPOST_API_KEY", "https://docs.easypost.com/docs/authentication"),
    ("elastic-token", "Elastic API key", "essu_{e40-160}",
     "ELASTIC_API_KEY", "https://www.elastic.co/docs/deploy-manage/api-keys"),
    ("elevenlabs-api-key", "ElevenLabs API key", "sk_{h48}",
     "ELEVENLABS_API_KEY", "https://elevenlabs.io/docs/api-reference/authentication"),
    ("endorlabs-api-key", "Endor Labs API key", "endr+{w16}",
     "ENDOR_API_CREDENTIALS_KEY", "https://docs.endorlabs.com/administration/api-keys/"),
    ("facebook-token", "Facebook access token", "EAAA{a60-500} EAAC{a60-500} EAAG{a60-500} EAAI{a60-500} EAAJ{a60-500} EAAM{a60-500} EAAB{a60-500}",
     "FACEBOOK_ACCESS_TOKEN", "https://developers.facebook.com/docs/facebook-login/guides/access-tokens"),
    ("facebook-token", "Instagram access token", "IGQVJ{w80-400} IGAA{a80-400}",
     "INSTAGRAM_ACCESS_TOKEN", "https://developers.facebook.com/docs/instagram-platform"),
    ("figma-token", "Figma token", "figd_{w38-50}",
     "FIGMA_TOKEN", "https://developers.figma.com/docs/rest-api/authentication/"),
    ("firecrawl-api-key", "Firecrawl API key", "fc-{h32}",
     "FIRECRAWL_API_KEY", "https://docs.firecrawl.dev/introduction"),
    ("flutterwave-key", "Flutterwave secret key", "FLWSECK-{l32}-X FLWSECK_TEST-{l32}-X",
     "FLW_SECRET_KEY", "https://developer.flutterwave.com/docs/authentication"),
    ("fly-token", "Fly.io token", "fo1_{w43} fm1a_{e100-900} fm1r_{e100-900} fm2_{e100-900}",
     "FLY_API_TOKEN", "https://fly.io/docs/security/tokens/"),
    ("frameio-token", "Frame.io token", "fio-u-{w64}",
     "FRAMEIO_TOKEN", "https://developer.adobe.com/frameio/guides/Authentication/"),
    ("github-fine-grained-token", "GitHub token", "github_pat_{a22}_{a59-255}",
     "GITHUB_TOKEN", "https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats"),
    ("gitlab-runner-token", "GitLab runner token", "GR1348941{w20-50}",
     "GITLAB_RUNNER_TOKEN", "https://docs.gitlab.com/security/tokens/"),
    ("google-api-key", "Google API key", "AIza{w35}",
     "GOOGLE_API_KEY", "https://cloud.google.com/docs/authentication/api-keys"),
    ("google-oauth-secret", "Google OAuth client secret", "GOCSPX-{w28}",
     "GOOGLE_CLIENT_SECRET", "https://developers.google.com/identity/protocols/oauth2"),
    ("groq-api-key", "Groq API key", "gsk_{a48-60}",
     "GROQ_API_KEY", "https://console.groq.com/docs/quickstart"),
    ("harness-token", "Harness token", "pat.{w22}.{x24}.{a20} sat.{w22}.{x24}.{a20}",
     "HARNESS_API_KEY", "https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys"),
    ("heroku-api-key", "Heroku API key", "HRKU-{w36-64}",
     "HEROKU_API_KEY", "https://devcenter.heroku.com/articles/authentication"),
    ("honeycomb-api-key", "Honeycomb API key", "hcaik_{d2}{l58} hcbik_{d2}{l58} hcamk_{d2}{l58} hcalk_{d2}{l58}",
     "HONEYCOMB_API_KEY", "https://docs.honeycomb.io/configure/environments/manage-api-keys/"),
    ("hubspot-token", "HubSpot private app token", "pat-na1-{U} pat-na2-{U} pat-eu1-{U} pat-ap1-{U}",
     "HUBSPOT_ACCESS_TOKEN", "https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview"),
    ("infisical-token", "Infisical service token", "st.{h24}.{h32}.{h32}",
     "INFISICAL_TOKEN", "https://infisical.com/docs/documentation/platform/token"),
    ("infracost-api-key", "Infracost API key", "ico-{a32}",
     "INFRACOST_API_KEY", "https://www.infracost.io/docs/"),
    ("intra42-secret", "42 API secret", "s-s4t2ud-{h64} s-s4t2af-{h64}",
     "INTRA42_CLIENT_SECRET", "https://api.intra.42.fr/apidoc/guides/getting_started"),
    ("jina-api-key", "Jina AI API key", "jina_{w55-65}",
     "JINA_API_KEY", "https://jina.ai/embeddings"),
    ("kaggle-api-token", "Kaggle API token", "KGAT_{h32}",
     "KAGGLE_API_TOKEN", "https://www.kaggle.com/docs/api#authentication"),
    ("launchdarkly-key", "LaunchDarkly key", "sdk-{U} api-{U}",
     "LAUNCHDARKLY_SDK_KEY", "https://launchdarkly.com/docs/sdk/concepts/client-side-server-side"),
    ("llama-cloud-api-key", "LlamaCloud API key", "llx-{a40-60}",
     "LLAMA_CLOUD_API_KEY", "https://docs.cloud.llamaindex.ai/api_key"),
    ("logfire-token", "Logfire token", "pylf_v1_us_{a43} pylf_v1_eu_{a43}",
     "LOGFIRE_TOKEN", "https://logfire.pydantic.dev/docs/how-to-guides/create-write-tokens/"),
    ("mailgun-api-key", "Mailgun API key", "key-{h32}",
     "MAILGUN_API_KEY", "https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth"),
    ("mapbox-secret-token", "Mapbox secret token", "sk.eyJ{w20-400}.{w20-60}",
     "MAPBOX_TOKEN", "https://docs.mapbox.com/help/getting-started/access-tokens/"),
    ("mergify-key", "Mergify key", "mka_{w40-90} mra_{w40-90}",
     "MERGIFY_TOKEN", "https://docs.mergify.com/api/usage/"),
    ("modal-token", "Modal token secret", "as-{a22}",
     "MODAL_TOKEN_SECRET", "https://modal.com/docs/reference/modal.config"),
    ("mongodb-atlas-secret", "MongoDB Atlas service account secret", "mdb_sa_sk_{w40}",
     "MONGODB_ATLAS_CLIENT_SECRET", "https://www.mongodb.com/docs/atlas/api/service-accounts-overview/"),
    ("neon-api-key", "Neon API key", "napi_{l64}",
     "NEON_API_KEY", "https://neon.com/docs/manage/api-keys"),
    ("netlify-token", "Netlify token", "nfp_{a36}",
     "NETLIFY_AUTH_TOKEN", "https://docs.netlify.com/api/get-started/#authentication"),
    ("npm-token", "npm token", "npm_{a36}",
     "NPM_TOKEN", "https://docs.npmjs.com/about-access-tokens"),
    ("nuget-api-key", "NuGet API key", "oy2{l43}",
     "NUGET_API_KEY", "https://learn.microsoft.com/nuget/nuget-org/publish-a-package"),
    ("nvidia-api-key", "NVIDIA API key", "nvapi-{w56-72}",
     "NVIDIA_API_KEY", "https://docs.nvidia.com/nim/large-language-models/latest/getting-started.html"),
    ("octopus-api-key", "Octopus Deploy API key", "API-{u25-31}",
     "OCTOPUS_API_KEY", "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key"),
    ("onepassword-secret-key", "1Password secret key", "A3-{u6}-{u6}-{u5}-{u5}-{u5}-{u5}",
     "OP_SECRET_KEY", "https://support.1password.com/secret-key-security/"),
    ("onepassword-token", "1Password token", "ops_eyJ{e200-1500}",
     "OP_SERVICE_ACCOUNT_TOKEN", "https://developer.1password.com/docs/service-accounts/"),
    ("openrouter-api-key", "OpenRouter API key", "sk-or-v1-{h64}",
     "OPENROUTER_API_KEY", "https://openrouter.ai/docs/api-reference/authentication"),
    ("openshift-token", "OpenShift token", "sha256~{w43}",
     "OPENSHIFT_TOKEN", "https://docs.redhat.com/documentation/openshift_container_platform/"),
    ("packagist-token", "Private Packagist token", "packagist_ack_{h70-90} packagist_acs_{h70-90} packagist_out_{h70-90} packagist_ort_{h70-90} packagist_uut_{h70-90}",
     "PACKAGIST_TOKEN", "https://packagist.com/docs/composer-authentication"),
    ("paddle-api-key", "Paddle API key", "pdl_live_apikey_{l26}_{a22}_{a3} pdl_sdbx_apikey_{l26}_{a22}_{a3}",
     "PADDLE_API_KEY", "https://developer.paddle.com/api-reference/about/authentication"),
    ("perplexity-api-key", "Perplexity API key", "pplx-{a40-64}",
     "PERPLEXITY_API_KEY", "https://docs.perplexity.ai/getting-started/quickstart"),
    ("persona-api-key", "Persona API key", "persona_production_{w20-80}",
     "PERSONA_API_KEY", "https://docs.withpersona.com/api-keys"),
    ("plaid-access-token", "Plaid access token", "access-production-{U} access-sandbox-{U} access-development-{U}",
     "PLAID_ACCESS_TOKEN", "https://plaid.com/docs/api/items/"),
    ("posthog-api-key", "PostHog API key", "phx_{a40-60}",
     "POSTHOG_API_KEY", "https://posthog.com/docs/api"),
    ("postman-api-key", "Postman API key", "PMAK-{h24}-{h34}",
     "POSTMAN_API_KEY", "https://learning.postman.com/docs/developer/postman-api/authentication/"),
    ("pulumi-token", "Pulumi access token", "pul-{h40}",
     "PULUMI_ACCESS_TOKEN", "https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/"),
    ("ramp-token", "Ramp token", "ramp_tok_{a48} ramp_sec_{a48}",
     "RAMP_TOKEN", "https://docs.ramp.com/developer-api/v1/authorization"),
    ("readme-api-key", "ReadMe API key", "rdme_{l70}",
     "README_API_KEY", "https://docs.readme.com/main/reference/authentication"),
    ("render-api-key", "Render API key", "rnd_{a32}",
     "RENDER_API_KEY", "https://render.com/docs/api"),
    ("replicate-token", "Replicate token", "r8_{a37}",
     "REPLICATE_API_TOKEN", "https://replicate.com/docs/reference/http#authentication"),
    ("resend-api-key", "Resend API key", "re_{a8}_{a24}",
     "RESEND_API_KEY", "https://resend.com/docs/dashboard/api-keys/introduction"),
    ("rubygems-token", "RubyGems API key", "rubygems_{h48}",
     "GEM_HOST_API_KEY", "https://guides.rubygems.org/api-key-scopes/"),
    ("runpod-api-key", "RunPod API key", "rpa_{u40}{l4-8} rpa_{a40-48}",
     "RUNPOD_API_KEY", "https://docs.runpod.io/get-started/api-keys"),
    ("samsara-token", "Samsara token", "samsara_api_{a30-60}",
     "SAMSARA_API_TOKEN", "https://developers.samsara.com/docs/authentication"),
    ("scaleway-access-key", "Scaleway access key", "SCW{u17}",
     "SCW_ACCESS_KEY", "https://www.scaleway.com/en/docs/iam/how-to/create-api-keys/"),
    ("scalingo-token", "Scalingo token", "tk-us-{w48} tk-eu-{w48}",
     "SCALINGO_API_TOKEN", "https://developers.scalingo.com/"),
    ("segment-token", "Segment token", "sgp_{a64}",
     "SEGMENT_TOKEN", "https://docs.segmentapis.com/tag/Getting-Started"),
    ("sendgrid-api-key", "SendGrid API key", "SG.{w22}.{w43}",
     "SENDGRID_API_KEY", "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys"),
    ("settlemint-token", "SettleMint token", "sm_aat_{a16} sm_pat_{a16} sm_sat_{a16}",
     "SETTLEMINT_TOKEN", "https://console.settlemint.com/documentation/"),
    ("shippo-token", "Shippo token", "shippo_live_{h40} shippo_test_{h40}",
     "SHIPPO_TOKEN", "https://docs.goshippo.com/docs/guides_general/authentication/"),
    ("sourcegraph-token", "Sourcegraph token", "sgp_{h40} sgp_{h16}_{h40} sgp_local_{h40} slk_{h64}",
     "SRC_ACCESS_TOKEN", "https://sourcegraph.com/docs/cli/how-tos/creating-an-access-token"),
    ("square-token", "Square access token", "EAAA{w60}",
     "SQUARE_ACCESS_TOKEN", "https://developer.squareup.com/docs/build-basics/access-tokens"),
    ("statsig-secret-key", "Statsig secret key", "secret-{a43}",
     "STATSIG_SECRET_KEY", "https://docs.statsig.com/sdk-keys/api-keys"),
    ("stytch-secret", "Stytch secret", "secret-live-{w36}= secret-test-{w36}=",
     "STYTCH_SECRET", "https://stytch.com/docs/api/authentication"),
    ("tencent-secret-id", "Tencent Cloud secret ID", "AKID{a32}",
     "TENCENTCLOUD_SECRET_ID", "https://www.tencentcloud.com/document/product/598/32675"),
    ("thunderstore-token", "Thunderstore token", "tss_{a36}",
     "THUNDERSTORE_TOKEN", "https://thunderstore.io/package/create/docs/"),
    ("together-api-key", "Together AI API key", "tgp_v1_{w43}",
     "TOGETHER_API_KEY", "https://docs.together.ai/docs/quickstart"),
    ("trello-token", "Trello token", "ATTA{h64-76}",
     "TRELLO_TOKEN", "https://developer.atlassian.com/cloud/trello/guides/rest-api/api-introduction/"),
    ("typeform-token", "Typeform token", "tfp_{v59}",
     "TYPEFORM_TOKEN", "https://www.typeform.com/developers/get-started/personal-access-token/"),
    ("unkey-root-key", "Unkey root key", "unkey_{a16-40}",
     "UNKEY_ROOT_KEY", "https://www.unkey.com/docs/security/root-keys"),
    ("voyage-api-key", "Voyage AI API key", "pa-{w43}",
     "VOYAGE_API_KEY", "https://docs.voyageai.com/docs/api-key-and-installation"),
    ("workato-token", "Workato token", "wrkaus-{w40-500} wrkeu-{w40-500} wrksg-{w40-500}",
     "WORKATO_API_TOKEN", "https://docs.workato.com/workato-api/api-clients.html"),
    ("xai-api-key", "xAI API key", "xai-{a70-90}",
     "XAI_API_KEY", "https://docs.x.ai/docs/overview"),
    ("yandex-access-key", "Yandex Cloud secret key", "YC{w38}",
     "YANDEX_SECRET_KEY", "https://yandex.cloud/en/docs/iam/concepts/authorization/access-key"),
    ("yandex-api-key", "Yandex Cloud API key", "AQVN{w35-38}",
     "YANDEX_API_KEY", "https://yandex.cloud/en/docs/iam/concepts/authorization/api-key"),
    ("yandex-token", "Yandex Cloud IAM token", "t1.{v60-300}.{v86-88}",
     "YANDEX_IAM_TOKEN", "https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token"),
    ("yandex-token", "Yandex OAuth token", "y0_{w50-64} y0__{w50-64}",
     "YANDEX_OAUTH_TOKEN", "https://yandex.cloud/en/docs/iam/concepts/authorization/oauth-token"),
    ("zuplo-api-key", "Zuplo API key", "zpka_{h32}_{h8}",
     "ZUPLO_API_KEY", "https://zuplo.com/docs/articles/api-key-management"),
)
# fmt: on


def prefix_of(shape: str) -> str:
    """Return the prefix of a shape: `pul-` of `pul-{h40}`."""
    return shape.partition("{")[0]


def read_shape(shape: str) -> str:
    """Return the regular expression that a shape stands for.

    Args:
        shape: A shape, such as `pul-{h40}`.
    """
    prefix, *parts = shape.split("{")
    pattern = re.escape(prefix)
    for part in parts:
        described, _, literal = part.partition("}")
        if described == "U":
            pattern += _UUID
        else:
            length = described[1:].replace("-", ",")
            pattern += f"[{ALPHABETS[described[0]]}]{{{length}}}"
        pattern += re.escape(literal)
    return pattern


def shapes() -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rows of the table, one for each shape."""
    for name, kind, several, variable, url in PREFIXES:
        for shape in several.split(" "):
            yield name, kind, shape, variable, url
