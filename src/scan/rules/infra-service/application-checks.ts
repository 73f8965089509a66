import type { Severity } from '../../../core/severity.ts';
import { openTo, titled } from '../../infra/exposure.ts';
import { matches } from '../../infra/matches.ts';
import {
  commandLine,
  isEverywhere,
  isGiven,
  isImage,
  isOff,
  isOn,
  option,
  reachOf,
  starts,
  variable,
  type Workload,
} from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

const isMlflow = (one: Workload): boolean =>
  /\bmlflow (?:server|ui)\b/.test(commandLine(one)) || (isImage(one, /(?:^|\/)mlflow$/) && one.command.length === 0);
const isJupyter = (one: Workload): boolean =>
  /\bjupyter(?:-lab|-notebook| lab| notebook| server)\b/.test(commandLine(one)) ||
  isImage(one, /jupyter\/[\w-]+-notebook$|(?:^|\/)jupyterlab$/);

/** A variable with one of these values, said in words. */
function setTo(
  name: string,
  isBad: (text: string) => boolean,
  says: string,
  severity?: Severity,
): (one: Workload) => Judgement | null {
  return (one) => {
    const value = variable(one, name);
    return value !== null && isBad(value.text.trim())
      ? { at: value.at, ...(severity === undefined ? {} : { severity }), message: `${titled(one)} ${says}.` }
      : null;
  };
}

/** An image that has no login unless a variable gives it one. */
function withoutKey(
  image: RegExp,
  names: readonly string[],
  ports: readonly number[],
  says: string,
  base: Severity,
): (one: Workload) => Judgement | null {
  return (one) => {
    if (!isImage(one, image) || isGiven(one, ...names)) return null;
    return openTo(one, base, says, ...ports);
  };
}

const all =
  (...judges: readonly ((one: Workload) => Judgement | null)[]) =>
  ({ workload }: { readonly workload: Workload }): readonly Judgement[] =>
    judges.flatMap((judge) => judge(workload) ?? []);

/** Databases by the port that they publish, with the variables that hold a password and a user. */
const DATABASES: readonly {
  readonly name: string;
  readonly image: RegExp;
  readonly ports: readonly number[];
  readonly passwords: readonly string[];
  readonly users: readonly string[];
}[] = [
  {
    name: 'PostgreSQL',
    image: /(?:^|\/)(?:postgres(?:ql)?|pgvector|postgis|timescaledb(?:-ha)?)$/,
    ports: [5432],
    passwords: ['POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD'],
    users: ['POSTGRES_USER', 'POSTGRESQL_USERNAME'],
  },
  {
    name: 'MySQL',
    image: /(?:^|\/)(?:mysql|mariadb)(?:-server)?$/,
    ports: [3306],
    passwords: ['MYSQL_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD', 'MYSQL_PASSWORD', 'MARIADB_PASSWORD'],
    users: ['MYSQL_USER', 'MARIADB_USER'],
  },
  {
    name: 'MongoDB',
    image: /(?:^|\/)mongo(?:db)?$/,
    ports: [27017],
    passwords: ['MONGO_INITDB_ROOT_PASSWORD'],
    users: ['MONGO_INITDB_ROOT_USERNAME'],
  },
  {
    name: 'Redis',
    image: /(?:^|\/)(?:redis|redis-stack(?:-server)?|valkey)$/,
    ports: [6379],
    passwords: ['REDIS_PASSWORD', 'VALKEY_PASSWORD'],
    users: [],
  },
  {
    name: 'RabbitMQ',
    image: /(?:^|\/)rabbitmq$/,
    ports: [5672, 15672],
    passwords: ['RABBITMQ_DEFAULT_PASS'],
    users: ['RABBITMQ_DEFAULT_USER'],
  },
];

/** A database that others reach, with a password that is guessed first. */
function guessable(one: Workload): Judgement | null {
  const known = DATABASES.find(({ image }) => isImage(one, image));
  if (known === undefined || reachOf(one, ...known.ports) !== 'published') return null;
  const users = ['postgres', 'root', 'guest', ...known.users.flatMap((name) => variable(one, name)?.text ?? [])];
  const found = known.passwords
    .flatMap((name) => variable(one, name) ?? [])
    .find(({ text }) => text !== '' && (WEAK.test(text) || users.includes(text)));
  return found === undefined
    ? null
    : {
        at: found.at,
        message: `${titled(one)} publishes ${known.name} with a password that is guessed at once (${found.name}).`,
      };
}

const WEAK =
  /^(?:password\d{0,6}|admin\d{0,3}|secret|changeme|change-me|change_me|test|default|123456\d{0,4}|root|minioadmin|difyai123456|langflow|flowise|n8n|t0p-s3cr3t|secret-key)$/i;

/** Applications around models: tracking, notebooks, vector stores, builders of agents, dashboards. */
export const APPLICATION_CHECKS: readonly Check[] = [
  {
    id: 'mlflow-no-auth',
    title: 'MLflow without a login',
    severity: 'high',
    meaning: 'The tracking server reads and writes experiments, models and files for whoever reaches it.',
    fix: 'Start it with --app-name basic-auth, or bind it to 127.0.0.1 behind a proxy with a login.',
    references: ['https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/', 'CVE-2026-2652'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isMlflow(workload) || option(workload, '--app-name')?.text === 'basic-auth') return null;
        const host = option(workload, '--host', '-h');
        const published = reachOf(workload, 5000, 8080, 80) === 'published';
        if (host !== null && isEverywhere(host.text)) {
          const found = openTo(workload, 'high', 'runs MLflow on all addresses without a login', 5000, 8080, 80);
          return found === null ? null : { ...found, at: host.at };
        }
        return published ? openTo(workload, 'high', 'runs MLflow without a login', 5000, 8080, 80) : null;
      },
      'infra-text': ({ what, text, lines }) =>
        what === 'shell'
          ? [...text.matchAll(/^[^#\n]{0,300}\bmlflow[ \t]+(?:server|ui)\b[^\n]{0,1000}/gm)]
              .filter(
                ([line]) => /--host[ =]["']?(?:0\.0\.0\.0|::)/.test(line) && !/--app-name[ =]basic-auth/.test(line),
              )
              .map(({ index }) => ({
                at: lines.place(index),
                message: 'MLflow is started on all addresses without a login.',
              }))
          : null,
    },
  },
  {
    id: 'mlflow-default-admin',
    title: 'MLflow with the login of its documentation',
    severity: 'high',
    meaning:
      'The first administrator of older versions of MLflow has a published password until somebody changes it; newer ones take the one they are given.',
    fix: 'Change it, and set MLFLOW_FLASK_SERVER_SECRET_KEY from a secret.',
    references: ['https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/'],
    taxonomy: ['CWE-1392', 'AML.T0049'],
    judge: {
      'infra-workload': all(
        setTo(
          'MLFLOW_TRACKING_PASSWORD',
          (text) => /^password(?:1234)?$/.test(text),
          'uses the password of the documentation of MLflow',
        ),
        setTo(
          'MLFLOW_AUTH_ADMIN_PASSWORD',
          (text) => WEAK.test(text) || text === 'password1234',
          'gives the administrator of MLflow a well-known password',
        ),
        setTo(
          'MLFLOW_FLASK_SERVER_SECRET_KEY',
          (text) => text === '' || WEAK.test(text),
          'gives MLflow a well-known secret key',
        ),
      ),
    },
  },
  {
    id: 'mlflow-serves-artifacts',
    title: 'MLflow that hands out files without a login',
    severity: 'medium',
    meaning: 'Many of its published vulnerabilities read or write files through the artifact interface.',
    fix: 'Use basic-auth, a current version, and a store of its own for artifacts.',
    references: ['CVE-2023-1177', 'CVE-2024-37052', 'CVE-2025-11201'],
    taxonomy: ['CWE-22', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const flag = isMlflow(workload) ? option(workload, '--serve-artifacts', '--artifacts-only') : null;
        if (flag === null || option(workload, '--app-name') !== null) return null;
        const found = openTo(workload, 'medium', 'hands out artifacts of MLflow without a login', 5000, 8080, 80);
        return found === null ? null : { ...found, at: flag.at };
      },
    },
  },
  {
    id: 'jupyter-no-token',
    title: 'Jupyter without a token',
    severity: 'critical',
    meaning: 'A notebook server runs programs for whoever reaches it.',
    fix: 'Leave the token on, or set a password; bind to 127.0.0.1.',
    references: ['https://jupyter-server.readthedocs.io/en/latest/operators/security.html'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const options = [
          '--ServerApp.token',
          '--NotebookApp.token',
          '--IdentityProvider.token',
          '--ServerApp.password',
          '--NotebookApp.password',
          '--PasswordIdentityProvider.hashed_password',
        ];
        const token = workload.command.find(({ text }) =>
          options.some((name) => new RegExp(`^${name.replaceAll('.', '\\.')}=(?:''|""|)$`).test(text)),
        );
        const empty = variable(workload, 'JUPYTER_TOKEN');
        const set = token ?? (empty !== null && empty.text === '' ? empty : null);
        const password = option(
          workload,
          '--ServerApp.password',
          '--NotebookApp.password',
          '--PasswordIdentityProvider.hashed_password',
        );
        if (set === null || (password !== null && !/^(?:''|""|)$/.test(password.text))) return null;
        if (!isJupyter(workload) && empty === null) return null;
        const found = openTo(workload, 'critical', 'runs Jupyter without a token', 8888);
        return found === null ? null : { ...found, at: set.at };
      },
      'infra-text': ({ what, text, lines }) =>
        what === 'python'
          ? matches(text, /^[ \t]*c\.(?:ServerApp|NotebookApp|IdentityProvider)\.token\s*=\s*(?:''|"")\s*$/gm).map(
              (start) => ({
                at: lines.place(start),
                severity: 'high',
                message: 'Jupyter is configured without a token.',
              }),
            )
          : what === 'shell'
            ? matches(
                text,
                /^[^#\n]{0,300}\bjupyter[ -][^\n]{0,500}--(?:ServerApp|NotebookApp|IdentityProvider)\.token=(?:''|""|(?=\s|$))/gm,
              ).map((start) => ({
                at: lines.place(start),
                severity: 'high',
                message: 'Jupyter is started without a token.',
              }))
            : null,
    },
  },
  {
    id: 'jupyter-weak-settings',
    title: 'Jupyter as root, or open to other origins',
    severity: 'medium',
    meaning:
      'Other origins, or requests without the check against forgery, let pages drive the server; as root a notebook owns the machine.',
    fix: 'Run as a user of its own; name the origin; leave the check on.',
    references: ['https://jupyter-server.readthedocs.io/en/latest/operators/security.html'],
    taxonomy: ['CWE-942', 'CWE-352', 'CWE-250'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isJupyter(workload)) return null;
        const found: Judgement[] = [];
        for (const { text, at } of workload.command) {
          if (/^--(?:ServerApp|NotebookApp)\.allow_origin(?:_pat)?=['"]?(?:\*|\.\*)/.test(text))
            found.push({ at, message: `${titled(workload)} lets pages of every origin drive Jupyter.` });
          else if (/^--(?:ServerApp|NotebookApp)\.disable_check_xsrf=['"]?True/.test(text))
            found.push({ at, message: `${titled(workload)} turns Jupyter's check against forged requests off.` });
          else if (text === '--allow-root')
            found.push({ at, severity: 'low', message: `${titled(workload)} runs Jupyter as root.` });
        }
        return found;
      },
    },
  },
  {
    id: 'jupyterhub-dummy-authenticator',
    title: 'JupyterHub that lets everybody in',
    severity: 'high',
    meaning: 'The dummy authenticator takes any name, with any password or one for all.',
    fix: 'Use an authenticator with accounts (OAuth, LDAP, PAM).',
    references: ['https://jupyterhub.readthedocs.io/en/stable/reference/authenticators.html'],
    taxonomy: ['CWE-287', 'AML.T0049'],
    judge: {
      'infra-text': ({ what, text, lines }) =>
        what === 'python'
          ? matches(
              text,
              /^[ \t]*c\.JupyterHub\.authenticator_class\s*=\s*["'](?:dummy|jupyterhub\.auth\.DummyAuthenticator)["']/gm,
            ).map((start) => ({
              at: lines.place(start),
              message: 'JupyterHub lets in everybody by any name.',
            }))
          : null,
      'infra-workload': all(
        setTo('JUPYTERHUB_AUTHENTICATOR', (text) => /^dummy/i.test(text), 'lets everybody into JupyterHub'),
      ),
    },
  },
  {
    id: 'qdrant-no-key',
    title: 'Qdrant without an API key',
    severity: 'high',
    meaning: 'Whoever reaches the store reads, changes and deletes what your models are given as knowledge.',
    fix: 'Set QDRANT__SERVICE__API_KEY from a secret.',
    references: ['https://qdrant.tech/documentation/guides/security/'],
    taxonomy: ['CWE-306', 'AML.T0049', 'AML.T0070'],
    judge: {
      'infra-workload': all(
        withoutKey(
          /(?:^|\/)qdrant$/,
          ['QDRANT__SERVICE__API_KEY', 'QDRANT__SERVICE__JWT_RBAC'],
          [6333, 6334],
          'runs Qdrant without an API key',
          'high',
        ),
      ),
    },
  },
  {
    id: 'weaviate-anonymous',
    title: 'Weaviate that lets everybody in',
    severity: 'high',
    meaning:
      'With anonymous access whoever reaches the store reads, changes and deletes what your models are given as knowledge.',
    fix: 'AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=false, with API keys or OIDC.',
    references: ['https://docs.weaviate.io/deploy/configuration/authentication'],
    taxonomy: ['CWE-306', 'AML.T0049', 'AML.T0070'],
    judge: {
      'infra-workload': ({ workload }) => {
        const open = variable(workload, 'AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED');
        if (!isOn(open)) return null;
        const found = openTo(workload, 'high', 'lets everybody into Weaviate', 8080, 50051);
        return found === null ? null : { ...found, at: open!.at };
      },
    },
  },
  {
    id: 'milvus-no-auth',
    title: 'Milvus without a login',
    severity: 'high',
    meaning: 'Whoever reaches the store reads, changes and deletes what your models are given as knowledge.',
    fix: 'common.security.authorizationEnabled: true, and another password than Milvus for root.',
    references: ['https://milvus.io/docs/authenticate.md'],
    taxonomy: ['CWE-306', 'AML.T0049', 'AML.T0070'],
    judge: {
      'infra-workload': ({ workload }) => {
        const enabled = variable(workload, 'COMMON_SECURITY_AUTHORIZATIONENABLED');
        if (isOff(enabled)) return { at: enabled!.at, message: `${titled(workload)} turns the login of Milvus off.` };
        return isImage(workload, /(?:^|\/)milvus$/) &&
          enabled === null &&
          reachOf(workload, 19530, 9091) === 'published'
          ? openTo(workload, 'high', 'runs Milvus, which has no login unless it is turned on', 19530, 9091)
          : null;
      },
    },
  },
  {
    id: 'default-object-store-login',
    title: 'Object store with the login of its documentation',
    severity: 'high',
    meaning: 'Models, data and indexes lie in the store, and its login is published.',
    fix: 'Set another user and a long random password from a secret.',
    references: [
      'https://min.io/docs/minio/linux/reference/minio-server/settings/root-credentials.html',
      'https://milvus.io/docs/configure_minio.md',
    ],
    taxonomy: ['CWE-1392', 'AML.T0049'],
    judge: {
      'infra-workload': all(
        ...['MINIO_ROOT_PASSWORD', 'MINIO_SECRET_KEY', 'MINIO_SECRET_ACCESS_KEY'].map((name) =>
          setTo(
            name,
            (text) => /^(?:minioadmin|minio123|minio|password)$/i.test(text),
            `gives the object store a well-known password (${name})`,
          ),
        ),
      ),
    },
  },
  {
    id: 'chroma-no-auth',
    title: 'Chroma without a login',
    severity: 'high',
    meaning: 'Whoever reaches the store reads, changes and deletes what your models are given as knowledge.',
    fix: 'Publish it to 127.0.0.1 only, or put a proxy with a login in front of it.',
    references: ['https://docs.trychroma.com/'],
    taxonomy: ['CWE-306', 'AML.T0049', 'AML.T0070'],
    judge: {
      'infra-workload': ({ workload }) =>
        (isImage(workload, /(?:^|\/)chroma(?:db)?$/) || /\bchroma run\b/.test(commandLine(workload))) &&
        variable(
          workload,
          'CHROMA_SERVER_AUTHN_CREDENTIALS',
          'CHROMA_SERVER_AUTH_CREDENTIALS',
          'CHROMA_SERVER_AUTHN_CREDENTIALS_FILE',
        ) === null &&
        reachOf(workload, 8000) === 'published'
          ? openTo(workload, 'high', 'runs Chroma without a login', 8000)
          : null,
    },
  },
  {
    id: 'store-no-auth',
    title: 'Database of vectors, sessions or documents without a login',
    severity: 'high',
    meaning: 'Whoever reaches it reads what was asked and answered, and changes what models are given as knowledge.',
    fix: 'Turn the login on, set a password from a secret, publish to 127.0.0.1 only.',
    references: [
      'https://redis.io/docs/latest/operate/oss_and_stack/management/security/',
      'https://docs.opensearch.org/latest/security/configuration/disable-enable-security/',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': all(
        setTo('DISABLE_SECURITY_PLUGIN', (text) => /^true$/i.test(text), 'turns the login of OpenSearch off', 'medium'),
        setTo(
          'plugins.security.disabled',
          (text) => /^true$/i.test(text),
          'turns the login of OpenSearch off',
          'medium',
        ),
        setTo(
          'xpack.security.enabled',
          (text) => /^false$/i.test(text),
          'turns the login of Elasticsearch off',
          'medium',
        ),
        setTo('POSTGRES_HOST_AUTH_METHOD', (text) => /^trust$/i.test(text), 'lets everybody into PostgreSQL'),
        guessable,
        setTo('NEO4J_AUTH', (text) => /^none$/i.test(text), 'lets everybody into Neo4j'),
        setTo('ALLOW_EMPTY_PASSWORD', (text) => /^(?:yes|true|1)$/i.test(text), 'allows an empty password'),
        (one) => {
          if (!isImage(one, /(?:^|\/)(?:redis|redis-stack(?:-server)?|valkey)$/) || reachOf(one, 6379) !== 'published')
            return null;
          const password =
            option(one, '--requirepass') ?? variable(one, 'REDIS_PASSWORD', 'REDIS_ARGS', 'VALKEY_PASSWORD');
          return password !== null || /\.conf\b|requirepass/.test(commandLine(one))
            ? null
            : openTo(one, 'high', 'runs Redis without a password', 6379);
        },
        (one) =>
          isImage(one, /(?:^|\/)mongo$/) &&
          reachOf(one, 27017) === 'published' &&
          variable(one, 'MONGO_INITDB_ROOT_PASSWORD', 'MONGO_INITDB_ROOT_PASSWORD_FILE') === null &&
          !one.moreEnv &&
          !/--auth\b/.test(commandLine(one))
            ? openTo(one, 'high', 'runs MongoDB without a login', 27017)
            : null,
      ),
    },
  },
  {
    id: 'openwebui-auth-off',
    title: 'Open WebUI without a login',
    severity: 'high',
    meaning: 'Everybody who reaches it is its administrator: chats, documents, tools that run programs.',
    fix: 'Leave WEBUI_AUTH on.',
    references: ['https://docs.openwebui.com/reference/env-configuration/'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': all(
        setTo('WEBUI_AUTH', (text) => /^(?:false|0|no)$/i.test(text), 'turns the login of Open WebUI off'),
      ),
    },
  },
  {
    id: 'openwebui-open-signup',
    title: 'Open WebUI where everybody may make an account',
    severity: 'medium',
    meaning:
      'Whoever reaches it makes an account that may use models and tools at once; a well-known secret key lets strangers forge sessions.',
    fix: 'ENABLE_SIGNUP=false or DEFAULT_USER_ROLE=pending, and WEBUI_SECRET_KEY from a secret.',
    references: ['https://docs.openwebui.com/reference/env-configuration/'],
    taxonomy: ['CWE-862', 'CWE-1392', 'AML.T0049'],
    judge: {
      'infra-workload': all(
        setTo('DEFAULT_USER_ROLE', (text) => text === 'admin', 'makes everybody who signs up an administrator', 'high'),
        (one) => {
          const role = variable(one, 'DEFAULT_USER_ROLE');
          return role?.text === 'user' && !isOff(variable(one, 'ENABLE_SIGNUP'))
            ? { at: role.at, message: `${titled(one)} lets everybody who signs up use models at once.` }
            : null;
        },
        setTo('WEBUI_SECRET_KEY', (text) => WEAK.test(text), 'gives Open WebUI a well-known secret key', 'high'),
      ),
    },
  },
  {
    id: 'n8n-weak-settings',
    title: 'n8n with settings that open it',
    severity: 'medium',
    meaning:
      'Workflows hold credentials and run programs; these settings give their modules everything, or send sessions in clear.',
    fix: 'Name the modules that are needed, set N8N_ENCRYPTION_KEY from a secret, leave secure cookies on.',
    references: [
      'https://docs.n8n.io/hosting/configuration/environment-variables/',
      'CVE-2026-21858',
      'CVE-2025-68613',
    ],
    taxonomy: ['CWE-250', 'CWE-614', 'AML.T0053'],
    judge: {
      'infra-workload': all(
        setTo('NODE_FUNCTION_ALLOW_BUILTIN', (text) => text === '*', 'lets workflows use every module of Node.js'),
        setTo('NODE_FUNCTION_ALLOW_EXTERNAL', (text) => text === '*', 'lets workflows use every package', 'low'),
        setTo(
          'N8N_SECURE_COOKIE',
          (text) => /^false$/i.test(text),
          'sends sessions of n8n over unprotected connections',
          'low',
        ),
        setTo(
          'N8N_ENCRYPTION_KEY',
          (text) => WEAK.test(text),
          'protects credentials of n8n with a well-known key',
          'high',
        ),
        setTo(
          'N8N_BLOCK_ENV_ACCESS_IN_NODE',
          (text) => /^false$/i.test(text),
          "lets workflows read n8n's own variables",
          'low',
        ),
      ),
    },
  },
  {
    id: 'langflow-auto-login',
    title: 'Langflow that logs everybody in',
    severity: 'critical',
    meaning: 'Whoever reaches it is its administrator, and a flow is a program.',
    fix: 'LANGFLOW_AUTO_LOGIN=false, with LANGFLOW_SUPERUSER and its password from a secret.',
    references: ['https://docs.langflow.org/api-keys-and-authentication', 'CVE-2025-3248', 'CVE-2025-34291'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': all(
        setTo('LANGFLOW_AUTO_LOGIN', (text) => /^(?:true|1)$/i.test(text), 'logs everybody into Langflow'),
        setTo(
          'LANGFLOW_SKIP_AUTH_AUTO_LOGIN',
          (text) => /^(?:true|1)$/i.test(text),
          'lets everybody use the interface of Langflow',
        ),
        setTo(
          'LANGFLOW_SUPERUSER_PASSWORD',
          (text) => WEAK.test(text),
          'gives the administrator of Langflow a well-known password',
          'high',
        ),
        // Everybody is logged in unless it is told not to.
        (one) =>
          isImage(one, /(?:^|\/)langflow$/) &&
          variable(one, 'LANGFLOW_AUTO_LOGIN') === null &&
          !one.moreEnv &&
          reachOf(one, 7860) === 'published'
            ? openTo(one, 'high', 'runs Langflow, which logs everybody in unless LANGFLOW_AUTO_LOGIN is false', 7860)
            : null,
      ),
    },
  },
  {
    id: 'flowise-no-auth',
    title: 'Flowise without a login, or with well-known secrets',
    severity: 'high',
    meaning: 'Whoever reaches it reads credentials and runs programs; with well-known secrets strangers forge logins.',
    fix: 'Update, set JWT_AUTH_TOKEN_SECRET, JWT_REFRESH_TOKEN_SECRET and EXPRESS_SESSION_SECRET from secrets.',
    references: ['https://docs.flowiseai.com/configuration/authorization', 'CVE-2026-40933', 'CVE-2026-56271'],
    taxonomy: ['CWE-306', 'CWE-1392', 'AML.T0049'],
    judge: {
      'infra-workload': all(
        (one) =>
          isImage(one, /(?:^|\/)flowise$/) &&
          variable(one, 'FLOWISE_USERNAME', 'JWT_AUTH_TOKEN_SECRET', 'FLOWISE_SECRETKEY_OVERWRITE') === null &&
          !one.moreEnv
            ? openTo(one, 'high', 'runs Flowise without secrets of its own', 3000)
            : null,
        setTo(
          'JWT_AUTH_TOKEN_SECRET',
          (text) => /^(?:AABBCCDDAABBCCDDAABBCCDDAABBCCDDAABBCCDD|auth_token)$/.test(text) || WEAK.test(text),
          'signs logins of Flowise with a well-known secret',
        ),
        setTo(
          'FLOWISE_PASSWORD',
          (text) => /^1234$/.test(text) || WEAK.test(text),
          'gives Flowise a well-known password',
        ),
      ),
    },
  },
  {
    id: 'dify-default-credentials',
    title: 'Dify or RAGFlow with the secrets of its examples',
    severity: 'high',
    meaning:
      'The secrets stand in the public repository: with them strangers reach the database, the store and the sandbox.',
    fix: 'Set all of them to random values of your own.',
    references: ['https://docs.dify.ai/en/self-host/configuration/environments', 'CVE-2025-56157'],
    taxonomy: ['CWE-1392', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) =>
        workload.env
          .filter(
            ({ name, text }) =>
              /(?:PASSWORD|SECRET|API_?KEY|_KEY)$/.test(name) &&
              /^(?:difyai123456|dify-sandbox|infini_rag_flow(?:_OS_01)?|sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U|lYkiYYT6owG\+71oLerGzA7GXCgOT\+\+6ovaezWAjpCjf\+Sjc3ZtU\+qUEi|QaHbTe77CtuXmsfyhR7\+vRjI\/\+XbV1AaFy691iy\+kGDv2Jvy0\/eAh8Y1)$/.test(
                text.trim(),
              ),
          )
          .map(({ name, at }) => ({
            at,
            message: `${titled(workload)} uses the ${name} of the examples of Dify or RAGFlow.`,
          })),
    },
  },
  {
    id: 'dashboard-open',
    title: 'Dashboard of an ML tool that everybody reaches',
    severity: 'medium',
    meaning:
      'Schedulers and dashboards (Dask, Airflow, Argo, Kubeflow, TensorBoard, Label Studio) show data and run programs, and have no login unless it is set up.',
    fix: 'Publish to 127.0.0.1 only, or put a proxy with a login in front of it.',
    references: [
      'CVE-2021-42343',
      'https://argo-workflows.readthedocs.io/en/latest/argo-server-auth-mode/',
      'https://airflow.apache.org/docs/apache-airflow/stable/security/',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const line = commandLine(workload);
        const found: Judgement[] = [];
        const add = (judgement: Judgement | null): void => void (judgement === null || found.push(judgement));
        if (
          (starts(workload, 'dask-scheduler') || /\bdask scheduler\b/.test(line)) &&
          reachOf(workload, 8786, 8787) === 'published'
        )
          add(
            openTo(workload, 'high', 'runs a Dask scheduler, which runs programs for whoever reaches it', 8786, 8787),
          );
        if (
          starts(workload, 'tensorboard') &&
          (option(workload, '--bind_all') !== null || isEverywhere(option(workload, '--host')?.text ?? ''))
        )
          add(openTo(workload, 'medium', 'runs TensorBoard on all addresses', 6006));
        const mode = option(workload, '--auth-mode');
        if (isImage(workload, /(?:^|\/)argocli$/) && mode?.text === 'server')
          add({
            at: mode.at,
            severity: 'high',
            message: `${titled(workload)} lets everybody use Argo with the rights of the server.`,
          });
        const airflow = variable(workload, 'AIRFLOW__API__AUTH_BACKENDS', 'AIRFLOW__API__AUTH_BACKEND');
        if (airflow !== null && /auth\.backend\.default/.test(airflow.text))
          add({
            at: airflow.at,
            severity: 'high',
            message: `${titled(workload)} lets everybody use the interface of Airflow.`,
          });
        const config = variable(workload, 'AIRFLOW__WEBSERVER__EXPOSE_CONFIG');
        if (isOn(config))
          add({ at: config!.at, message: `${titled(workload)} shows the configuration of Airflow, with its secrets.` });
        const studio = variable(workload, 'LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK');
        if (isImage(workload, /(?:^|\/)label-studio$/) && !isOn(studio) && reachOf(workload, 8080) === 'published')
          add(openTo(workload, 'low', 'lets everybody make an account in Label Studio', 8080));
        return found;
      },
    },
  },
  {
    id: 'tracing-open',
    title: 'Traces of prompts that others reach, or that keep everything',
    severity: 'medium',
    meaning: 'Traces hold prompts and answers, with whatever personal data and secrets people wrote into them.',
    fix: 'Turn the login on, close sign-up, mask inputs before they are sent.',
    references: [
      'https://langfuse.com/self-hosting/configuration',
      'https://arize.com/docs/phoenix/self-hosting/features/authentication',
    ],
    taxonomy: ['CWE-532', 'CWE-306', 'AML.T0024'],
    judge: {
      'infra-workload': all(
        (one) =>
          isImage(one, /(?:^|\/)phoenix$/) &&
          !isOn(variable(one, 'PHOENIX_ENABLE_AUTH')) &&
          !one.moreEnv &&
          reachOf(one, 6006) === 'published'
            ? openTo(one, 'medium', 'runs Phoenix, with all prompts in it, without a login', 6006)
            : null,
        setTo(
          'NEXTAUTH_SECRET',
          (text) => /^(?:mysecret|secret|changeme)$/i.test(text),
          'signs sessions of Langfuse with the secret of its examples',
          'high',
        ),
        setTo(
          'SALT',
          (text) => /^(?:mysalt|salt)$/i.test(text),
          'stores keys of Langfuse with the salt of its examples',
        ),
        setTo('ENCRYPTION_KEY', (text) => /^0{64}$/.test(text), 'encrypts with a key of zeros', 'high'),
        setTo(
          'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
          (text) => /^true$/i.test(text),
          'writes the content of prompts and answers into traces',
          'low',
        ),
      ),
    },
  },
];
