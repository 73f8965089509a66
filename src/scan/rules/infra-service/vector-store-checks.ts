import { openTo, titled } from '../../infra/exposure.ts';
import { commandLine, isImage, isOff, isOn, option, reachOf, variable } from '../../infra/workload.ts';
import type { Check } from '../../rule-family.ts';
import { setTo, withoutKey, all } from './workload-judges.ts';

/** Stores of vectors and of what lies beside them. */
export const VECTOR_STORE_CHECKS: readonly Check[] = [
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
];
