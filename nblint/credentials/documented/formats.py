"""The formats of tokens that their vendors document and that a prefix alone does not give away.

`prefixes.py` has the others, at a glance. To add a format here, add a row to `FORMATS`: the detector's name in kebab-case, what it finds, the
literal that every such token holds (for the prefilter, and shown as the public prefix), a regular
expression that starts with that literal, and the page that documents the format. Bound each repeat
that something must follow: a test feeds each row a megabyte of its worst input. Then say in
`tests/credentials/tokens.py` how to make such a token up, and the tests cover it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from nblint.credentials.documented.prefixes import prefix_of, read_shape, shapes


class Format(Struct, frozen=True, eq=False):
    """The documented format of a token.

    Attributes:
        name: The detector's name, in kebab-case; several rows may share it.
        kind: What it is, for people.
        literals: Every such token holds one of these, in exactly this case.
        written: Regular expression from the literal on, or the shape of a token with `by_prefix`.
        url: Where the vendor documents it.
        before: Regular expression for the part of the token before the literal.
        context: Regular expression, in any case, for what the token's line or one of the two lines
            before must hold.
        distinct: How many different characters a token has at least: `AKIA` and sixteen times `A`
            is no token.
        variable: The environment variable that conventionally holds such a token.
        by_prefix: Whether the token begins with its literal, and the literal with a word.
    """

    name: str
    kind: str
    literals: tuple[str, ...]
    written: str
    url: str
    before: str = ""
    context: str = ""
    distinct: int = 8
    variable: str = ""
    by_prefix: bool = False

    @property
    def pattern(self) -> str:
        """Regular expression from the literal on. If it has a group, that is the token."""
        return read_shape(self.written) if self.by_prefix else self.written


def _rows() -> Iterator[Format]:
    def row(
        name: str, kind: str, literals: str, pattern: str, url: str, **more: str | int
    ) -> Format:
        return Format(name, kind, tuple(literals.split()), pattern, url, **more)  # type: ignore[arg-type]

    aws = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
    azure = "https://learn.microsoft.com/azure/"
    purview = "https://learn.microsoft.com/purview/sit-defn-"
    gitlab = "https://docs.gitlab.com/security/tokens/"
    github = (
        "https://docs.github.com/authentication/keeping-your-account-and-data-secure/"
        "about-authentication-to-github#githubs-token-formats"
    )
    google = "https://cloud.google.com/docs/authentication/"
    discord = "https://discord.com/developers/docs/"
    # fmt: off
    yield row("aws-access-key-id", "AWS access key ID", "AKIA ASIA ABIA ACCA A3T", r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}", aws + "reference_identifiers.html#identifiers-prefixes", variable="AWS_ACCESS_KEY_ID")
    yield row("aws-secret-access-key", "AWS secret access key", "AKIA ASIA", r"(?:AKIA|ASIA)[A-Z0-9]{16}[^A-Za-z0-9](?:.|\n){0,160}?(?<![A-Za-z0-9/+_.-])((?=[A-Za-z0-9/+]{0,39}[A-Z])(?=[A-Za-z0-9/+]{0,39}[g-z])(?=[A-Za-z0-9/+]{0,39}[0-9])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=_-])", aws + "id_credentials_access-keys.html", distinct=16, variable="AWS_SECRET_ACCESS_KEY")
    yield row("aws-session-token", "AWS session token", "IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz", r"(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%]{80,4096}", aws + "id_credentials_temp.html", variable="AWS_SESSION_TOKEN")
    yield row("aws-bedrock-api-key", "Amazon Bedrock API key", "ABSK bedrock-api-key-", r"(?:ABSK[A-Za-z0-9+/]{100,280}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{60,4096})", "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html", variable="AWS_BEARER_TOKEN_BEDROCK")
    yield row("github-token", "GitHub token", "ghp_ gho_ ghu_ ghr_", r"gh[pour]_[A-Za-z0-9_]{36,255}", github, variable="GITHUB_TOKEN")
    yield row("github-app-token", "GitHub app token", "ghs_", r"ghs_[A-Za-z0-9._-]{36,1024}", github, variable="GITHUB_TOKEN")
    yield row("gitlab-token", "GitLab token", "glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glffct- glwt-", r"gl(?:pat|dt|rtr?|cbt|ptt|ft|soat|imt|agent|oas|ffct|wt)-[\w.-]{20,1024}", gitlab, variable="GITLAB_TOKEN")
    yield row("slack-token", "Slack token", "xoxa xoxb xoxe xoxo xoxp xoxr xoxs xoxc xoxd", r"xox[abeoprscd](?:\.xox[bp])?-[A-Za-z0-9%-]{12,512}", "https://api.slack.com/concepts/token-types", distinct=6, variable="SLACK_TOKEN")
    yield row("slack-app-token", "Slack app token", "xapp-", r"xapp-\d-[A-Za-z0-9-]{20,250}", "https://api.slack.com/concepts/token-types", variable="SLACK_APP_TOKEN")
    yield row("slack-webhook", "Slack webhook URL", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9_]{6,20}/[A-Za-z0-9_/]{16,120}", "https://api.slack.com/messaging/webhooks", variable="SLACK_WEBHOOK_URL")
    yield row("google-oauth-token", "Google OAuth token", "ya29.", r"ya29\.[\w.-]{30,4096}", google + "token-types#access", variable="GOOGLE_OAUTH_TOKEN")
    yield row("google-refresh-token", "Google refresh token", "1//0", r"1//0[\w-]{40,200}", "https://developers.google.com/identity/protocols/oauth2", variable="GOOGLE_REFRESH_TOKEN")
    yield row("azure-storage-key", "Azure account key", "+ASt +ABa ACDb", r"(?:\+ASt|\+ABa|ACDb)[A-Za-z0-9+/]{6}==", purview + "azure-storage-account-key", before=r"[A-Za-z0-9+/]{76}", variable="AZURE_STORAGE_KEY")
    yield row("azure-storage-key", "Azure account key", "==", r"==", purview + "azure-storage-account-key", before=r"[A-Za-z0-9+/]{86}", context=r"account_?key|keyname|storage|cosmos|shared_?(?:access)?_?key|azure|batch|primary_?key", distinct=20, variable="AZURE_STORAGE_KEY")
    yield row("azure-storage-key", "Azure account key", "AccountKey=", r"AccountKey=([A-Za-z0-9+/=]{88})", purview + "azure-storage-account-key", variable="AZURE_STORAGE_KEY")
    yield row("azure-client-secret", "Microsoft Entra client secret", "Q~", r"Q~[\w.~-]{31,34}", purview + "azure-ad-client-secret", before=r"[A-Za-z0-9_.~-]{3}[78]", variable="AZURE_CLIENT_SECRET")
    yield row("azure-ai-key", "Azure AI services key", "JQQJ99", r"JQQJ99[A-Za-z0-9]{26}", azure + "ai-services/authentication", before=r"[A-Za-z0-9]{52}", variable="AZURE_AI_KEY")
    yield row("azure-search-key", "Azure AI Search key", "AzSe", r"AzSe[A-Za-z0-9]{6}", purview + "azure-search-api-key", before=r"[A-Za-z0-9]{42}", variable="AZURE_SEARCH_KEY")
    yield row("azure-functions-key", "Azure Functions key", "AzFu", r"AzFu[\w-]{6}(?:==)?", purview + "azure-function-master-api-key", before=r"[\w-]{44}", variable="AZURE_FUNCTIONS_KEY")
    yield row("azure-cache-key", "Azure Cache for Redis key", "AzCa", r"AzCa[A-Za-z0-9]{5}=", purview + "azure-redis-cache-connection-string", before=r"[A-Za-z0-9]{33}", variable="REDIS_KEY")
    yield row("azure-shared-access-key", "Azure shared access key", "+ASb +AEh +ARm AIoT", r"(?:\+ASb|\+AEh|\+ARm|AIoT)[A-Za-z0-9+/]{5,7}=", purview + "azure-service-bus-shared-access-signature", before=r"[A-Za-z0-9+/]{33}", variable="AZURE_SHARED_ACCESS_KEY")
    yield row("azure-container-registry-key", "Azure container registry key", "+ACR", r"\+ACR[A-Za-z0-9]{6}", purview + "azure-container-registry-access-key", before=r"[A-Za-z0-9+/]{42}", variable="AZURE_REGISTRY_KEY")
    yield row("azure-sas", "Azure shared access signature", "sig=", r"sig=([A-Za-z0-9+/%]{40,140}(?:=|%3[Dd]))", azure + "storage/common/storage-sas-overview", context=r"s[ver]=|sp=|sharedaccesssignature", distinct=12, variable="AZURE_STORAGE_SAS_TOKEN")
    yield row("microsoft-teams-webhook", "Microsoft Teams webhook URL", "webhook.office.com/", r"webhook\.office\.com/webhookb2/[\w@-]{60,100}/IncomingWebhook/[0-9a-f]{32}/[\w-]{30,120}", "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook", variable="TEAMS_WEBHOOK_URL")
    yield row("openai-api-key", "OpenAI API key", "T3BlbkFJ", r"T3BlbkFJ[\w-]{20,200}", "https://platform.openai.com/docs/api-reference/authentication", before=r"sk-[\w-]{20,200}", variable="OPENAI_API_KEY")
    yield row("openai-api-key", "OpenAI API key", "sk-proj- sk-svcacct- sk-admin-", r"sk-(?:proj|svcacct|admin)-[\w-]{40,250}", "https://platform.openai.com/docs/api-reference/authentication", variable="OPENAI_API_KEY")
    yield row("anthropic-api-key", "Anthropic API key", "sk-ant-", r"sk-ant-[a-z]{3,6}[0-9]{2}-[\w-]{60,130}", "https://docs.claude.com/en/api/overview", variable="ANTHROPIC_API_KEY")
    yield row("langfuse-secret-key", "Langfuse secret key", "sk-lf-", r"sk-lf-[0-9a-f-]{36}", "https://langfuse.com/docs/api", variable="LANGFUSE_SECRET_KEY")
    yield row("sk-api-key", "API key", "sk-", r"sk-(?=[A-Za-z0-9]{0,63}[0-9])[A-Za-z0-9]{32,64}", "https://api-docs.deepseek.com/", distinct=10, variable="API_KEY")
    yield row("huggingface-token", "Hugging Face token", "hf_ api_org_", r"(?:hf|api_org)_(?=[a-z0-9]{0,33}[A-Z])[A-Za-z0-9]{34,40}", "https://huggingface.co/docs/hub/security-tokens", distinct=10, variable="HF_TOKEN")
    yield row("tavily-api-key", "Tavily API key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9-]{26,64}", "https://docs.tavily.com/documentation/api-reference/introduction", variable="TAVILY_API_KEY")
    yield row("fireworks-api-key", "Fireworks AI API key", "fw_", r"fw_(?=[A-Za-z]{0,30}[0-9])[A-Za-z0-9]{22,32}", "https://docs.fireworks.ai/getting-started/quickstart", variable="FIREWORKS_API_KEY")
    yield row("pinecone-api-key", "Pinecone API key", "pcsk_", r"pcsk_\w{50,100}", "https://docs.pinecone.io/reference/api/authentication", variable="PINECONE_API_KEY")
    yield row("langsmith-api-key", "LangSmith API key", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", "https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key", variable="LANGSMITH_API_KEY")
    yield row("wandb-api-key", "Weights & Biases API key", "wandb_v1_", r"wandb_v1_\w{60,100}", "https://docs.wandb.ai/support/find_api_key/", variable="WANDB_API_KEY")
    yield row("wandb-api-key", "Weights & Biases API key", "wandb WANDB", r"(?i:wandb)(?:.|\n){0,80}?(?<![\w/@.-])(?<!commit )([0-9a-f]{40}|[A-Za-z0-9_]{86})(?![\w/-])", "https://docs.wandb.ai/support/find_api_key/", variable="WANDB_API_KEY", context=r"login|key|netrc|password|token")
    yield row("kaggle-api-key", "Kaggle API key", "username", r"username\\?[\"']\s?:\s?\\?[\"'][^\"'\n\\]{1,60}\\?[\"']\s?,\s{0,20}\\?[\"']key\\?[\"']\s?:\s?\\?[\"']([0-9a-f]{32})", "https://www.kaggle.com/docs/api#authentication", variable="KAGGLE_KEY")
    yield row("kaggle-api-key", "Kaggle API key", "KAGGLE_KEY", r"KAGGLE_KEY\W{1,8}([0-9a-f]{32})", "https://www.kaggle.com/docs/api#authentication", variable="KAGGLE_KEY")
    yield row("cds-api-key", "Climate Data Store API key", "copernicus.eu/api", r"copernicus\.eu/api(?:/v2)?[\"']?,?\s{1,20}key\W{1,8}((?:\d{1,8}:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", "https://cds.climate.copernicus.eu/how-to-api", variable="CDSAPI_KEY")
    yield row("databricks-token", "Databricks token", "dapi dose dkea", r"(?:dapi|dose|dkea)[0-9a-f]{32}(?:-\d{1,2})?", "https://docs.databricks.com/aws/en/dev-tools/auth/pat", variable="DATABRICKS_TOKEN")
    yield row("docker-token", "Docker token", "dckr_pat_ dckr_oat_", r"dckr_[po]at_[\w-]{27,40}", "https://docs.docker.com/security/access-tokens/", variable="DOCKER_TOKEN")
    yield row("grafana-token", "Grafana token", "glsa_ glc_", r"(?:glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}|glc_[A-Za-z0-9+/]{32,400}={0,2})", "https://grafana.com/docs/grafana/latest/administration/service-accounts/", variable="GRAFANA_TOKEN")
    yield row("vault-token", "HashiCorp Vault token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{24,512}", "https://developer.hashicorp.com/vault/docs/concepts/tokens", variable="VAULT_TOKEN")
    yield row("terraform-token", "Terraform token", ".atlasv1.", r"\.atlasv1\.[\w-]{60,80}", "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens", before=r"[A-Za-z0-9]{14}", variable="TF_TOKEN")
    yield row("digitalocean-token", "DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[0-9a-f]{64}", "https://docs.digitalocean.com/reference/api/create-personal-access-token/", variable="DIGITALOCEAN_TOKEN")
    yield row("notion-token", "Notion token", "ntn_ secret_", r"(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})", "https://developers.notion.com/docs/authorization", variable="NOTION_TOKEN")
    yield row("linear-api-key", "Linear API key", "lin_api_ lin_oauth_", r"lin_(?:api|oauth)_[A-Za-z0-9]{40,64}", "https://linear.app/developers/graphql", variable="LINEAR_API_KEY")
    yield row("shopify-token", "Shopify token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens", variable="SHOPIFY_TOKEN")
    yield row("atlassian-token", "Atlassian API token", "ATATT3 ATCTT3 ATBB", r"(?:ATATT3[\w=-]{100,260}|ATCTT3[\w=-]{100,260}|ATBB[A-Za-z0-9]{32})", "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/", variable="ATLASSIAN_TOKEN")
    yield row("sentry-token", "Sentry token", "sntrys_ sntryu_", r"sntry(?:s_eyJ[\w+/=-]{60,500}|u_[0-9a-f]{64})", "https://docs.sentry.io/account/auth-tokens/", variable="SENTRY_AUTH_TOKEN")
    yield row("new-relic-key", "New Relic key", "NRAK- NRII- NRAA- NRJS-", r"NR(?:AK|II|AA|JS)-[A-Za-z0-9_-]{19,40}", "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/", variable="NEW_RELIC_API_KEY")
    yield row("supabase-key", "Supabase key", "sbp_ sb_secret_", r"(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{31,64})", "https://supabase.com/docs/guides/api/api-keys", variable="SUPABASE_KEY")
    yield row("pypi-token", "PyPI token", "pypi-AgE", r"pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[\w-]{50,1000}", "https://pypi.org/help/#apitoken", variable="PYPI_TOKEN")
    yield row("npm-token", "npm token", ":_authToken=", r":_authToken=\s{0,4}((?:npm_[\w-]{16,200})|[A-Fa-f0-9-]{36})", "https://docs.npmjs.com/about-access-tokens", variable="NPM_TOKEN")
    yield row("stripe-secret-key", "Stripe secret key", "sk_live_ rk_live_", r"[sr]k_live_[A-Za-z0-9]{16,247}", "https://docs.stripe.com/keys", variable="STRIPE_SECRET_KEY")
    yield row("stripe-webhook-secret", "Stripe webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{32,64}", "https://docs.stripe.com/webhooks", variable="STRIPE_WEBHOOK_SECRET")
    yield row("twilio-api-key", "Twilio API key", "SK", r"SK[a-z0-9]{32}", "https://www.twilio.com/docs/iam/api-keys", variable="TWILIO_API_KEY")
    yield row("twilio-account-sid", "Twilio account SID", "AC", r"AC[a-z0-9]{32}", "https://www.twilio.com/docs/iam/api-keys", variable="TWILIO_ACCOUNT_SID")
    yield row("mailchimp-api-key", "Mailchimp API key", "-us", r"-us[0-9]{1,2}", "https://mailchimp.com/developer/marketing/docs/fundamentals/#api-structure", before=r"[0-9a-z]{32}", variable="MAILCHIMP_API_KEY")
    yield row("square-token", "Square token", "sq0csp- sq0atp-", r"sq0(?:csp|atp)-[\w\\-]{22,43}", "https://developer.squareup.com/docs/build-basics/access-tokens", variable="SQUARE_ACCESS_TOKEN")
    yield row("discord-bot-token", "Discord bot token", ".", r"\.[\w-]{6}\.[\w-]{27,38}", discord + "reference#authentication", before=r"[MNO][\w-]{23,27}", distinct=16, variable="DISCORD_TOKEN")
    yield row("discord-webhook", "Discord webhook URL", "/api/webhooks/", r"/api/webhooks/\d{17,20}/[\w-]{60,80}", discord + "resources/webhook", context=r"discord(?:app)?\.com", variable="DISCORD_WEBHOOK_URL")
    yield row("telegram-bot-token", "Telegram bot token", ":", r":[\w-]{35}", "https://core.telegram.org/bots/api#authorizing-your-bot", before=r"(?:bot)?\d{8,10}", distinct=14, variable="TELEGRAM_BOT_TOKEN")
    yield row("twitter-bearer-token", "X (Twitter) bearer token", "AAAAAAAAAAAAAAAAAAAA", r"A{20,24}(?=[A-Za-z0-9]{1,90}%(?:2[BF]|3D))[A-Za-z0-9%]{56,110}", "https://docs.x.com/fundamentals/authentication/oauth-2-0/bearer-tokens", distinct=20, variable="TWITTER_BEARER_TOKEN")
    yield row("artifactory-token", "Artifactory token", "AKCp cmVmdGtuOj", r"(?:AKCp[A-Za-z0-9]{60,100}|cmVmdGtuOj[A-Za-z0-9=]{40,90})", "https://jfrog.com/help/r/jfrog-platform-administration-documentation/api-key", variable="ARTIFACTORY_TOKEN")
    yield row("circleci-token", "CircleCI token", "CCIPAT_ CCIPRJ_", r"CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}", "https://circleci.com/docs/managing-api-tokens/", variable="CIRCLECI_TOKEN")
    yield row("asana-token", "Asana token", ":", r":[0-9a-f]{32}", "https://developers.asana.com/docs/personal-access-token", before=r"2/\d{12,20}/\d{12,20}", variable="ASANA_TOKEN")
    yield row("bitwarden-token", "Bitwarden Secrets Manager token", ":", r":[A-Za-z0-9+/]{22}==", "https://bitwarden.com/help/access-tokens/", before=r"0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{30}", variable="BWS_ACCESS_TOKEN")
    yield row("braintree-token", "Braintree access token", "access_token$", r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}", "https://developer.paypal.com/braintree/docs/guides/authorization/overview", variable="BRAINTREE_ACCESS_TOKEN")
    yield row("maxmind-license-key", "MaxMind license key", "_mmk", r"_mmk", "https://dev.maxmind.com/license-key/#format", before=r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}", distinct=12, variable="MAXMIND_LICENSE_KEY")
    yield row("okta-token", "Okta API token", "SSWS", r"SSWS\s{1,3}(00[\w-]{40})", "https://developer.okta.com/docs/guides/create-an-api-token/main/", variable="OKTA_API_TOKEN")
    yield row("splunk-token", "Splunk HEC token", "Splunk", r"Splunk\s{1,3}([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})", "https://docs.splunk.com/Documentation/Splunk/latest/Data/HECExamples", variable="SPLUNK_HEC_TOKEN")
    yield row("dynatrace-token", "Dynatrace token", "dt0c01. dt0s16.", r"dt0[cs]\d\d\.[A-Z2-7]{8,24}\.[A-Z2-7]{64}", "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens", variable="DYNATRACE_TOKEN")
    yield row("dropbox-token", "Dropbox token", "sl.", r"sl\.(?:u\.)?[\w-]{130,2000}", "https://developers.dropbox.com/oauth-guide", distinct=20, variable="DROPBOX_TOKEN")
    yield row("doppler-token", "Doppler token", "dp.pt. dp.st. dp.ct. dp.sa.", r"dp\.(?:pt|st|ct|sa)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}", "https://docs.doppler.com/reference/auth-token-formats", variable="DOPPLER_TOKEN")
    yield row("planetscale-token", "PlanetScale token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}", "https://planetscale.com/docs/concepts/service-tokens", variable="PLANETSCALE_TOKEN")
    yield row("prefect-api-key", "Prefect API key", "pnu_ pnb_", r"pn[ub]_[A-Za-z0-9]{36}", "https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys", variable="PREFECT_API_KEY")
    yield row("sonarqube-token", "SonarQube token", "squ_ sqp_ sqa_", r"sq[upa]_[0-9a-f]{40}", "https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens/", variable="SONAR_TOKEN")
    yield row("tailscale-key", "Tailscale key", "tskey-", r"tskey-[a-z]{3,12}-[A-Za-z0-9]{8,40}-[A-Za-z0-9]{16,60}", "https://tailscale.com/kb/1277/key-prefixes", variable="TAILSCALE_KEY")
    yield row("alibaba-access-key-id", "Alibaba Cloud access key ID", "LTAI", r"LTAI[A-Za-z0-9]{12,20}", "https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair", variable="ALIBABA_CLOUD_ACCESS_KEY_ID")
    yield row("rapidapi-key", "RapidAPI key", "msh", r"msh[0-9a-f]{15}p1[0-9a-f]{6}jsn[0-9a-f]{12}", "https://docs.rapidapi.com/docs/keys", before=r"[0-9a-f]{10}", variable="RAPIDAPI_KEY")
    yield row("age-secret-key", "age secret key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[0-9A-Z]{58}", "https://age-encryption.org/v1", variable="AGE_SECRET_KEY")
    yield row("json-web-token", "JSON web token", "eyJ", r"(?<![A-Za-z0-9_]{3})eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,4096}(?:\.[A-Za-z0-9_-]{8,4096}){0,2}", "https://www.rfc-editor.org/rfc/rfc7519", distinct=16, variable="ACCESS_TOKEN")
    # fmt: on


def _prefixed() -> Iterator[Format]:
    for name, kind, shape, variable, url in shapes():
        prefix = (prefix_of(shape),)
        yield Format(name, kind, prefix, shape, url, variable=variable, by_prefix=True)


FORMATS: tuple[Format, ...] = (*_rows(), *_prefixed())
