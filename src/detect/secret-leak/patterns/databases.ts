import type { Kind, TokenPattern } from '../pattern.ts';

export const DATABASE_TOKENS: readonly TokenPattern[] = [
  {
    id: 'databricks-token',
    title: 'Databricks access token',
    severity: 'critical',
    keywords: ['dapi'],
    regex: 'dapi[0-9a-f]{32}(?:-[0-9])?',
    run: 'token',
    max: 38,
    right: 'token',
    secondOpinion: true,
    url: 'https://docs.databricks.com/aws/en/dev-tools/auth/pat',
  },
  {
    id: 'planetscale-secret',
    title: 'PlanetScale password or token',
    severity: 'critical',
    keywords: ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'],
    bounded: false,
    regex: 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_=.-]{32,64}',
    run: 'mixed',
    max: 77,
    right: 'token',
    url: 'https://planetscale.com/docs/concepts/planetscale-connection-strings',
  },
  {
    id: 'neon-api-key',
    title: 'Neon API key',
    severity: 'critical',
    keywords: ['napi_'],
    regex: 'napi_[a-z0-9]{64}',
    run: 'word',
    max: 69,
    url: 'https://neon.com/docs/manage/api-keys',
  },
  {
    id: 'clickhouse-cloud-secret',
    title: 'ClickHouse Cloud API secret',
    severity: 'critical',
    keywords: ['4b1d'],
    regex: '4b1d[A-Za-z0-9]{38}',
    run: 'word',
    max: 42,
    entropy: 4,
    url: 'https://clickhouse.com/docs/cloud/manage/openapi',
  },
];

/** `scheme://user:password@host`: RFC 3986 §3.2.1 warns of it, clients of every database accept it. */
export const DATABASE_URL: Kind = {
  id: 'database-password',
  title: 'database password in a connection URL',
  severity: 'critical',
  url: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
};

export const URL_PASSWORD: Kind = {
  id: 'url-password',
  title: 'password in a URL',
  severity: 'high',
  url: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
};

/** Schemes whose URL opens a store or a queue rather than a page. */
export const DATABASE_SCHEME =
  /(?:postgres(?:ql)?|mysqlx?|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|cockroachdb|clickhouses?|neo4j|bolt|couchbases?|cassandra|kafka|nats|ldaps?|jdbc:[a-z0-9]+|[a-z]\+(?:psycopg2?|asyncpg|pymysql|mysqldb|aiomysql|pyodbc))$/;
