import { asObject, asVersion, has, jsonOf, objectOf, type Probe, versionAt } from './probe.ts';

const chromaVersion = (path: string): NonNullable<Probe['version']> => ({
  path,
  reads: (answer) => asVersion(jsonOf(answer)),
});

/** Stores: of vectors, documents, settings, images. */
export const STORE_PROBES: readonly Probe[] = [
  {
    rule: 'qdrant-no-key',
    service: 'Qdrant',
    path: '/collections',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'status', 'time') && has(asObject(value['result']), 'collections')
        ? { open: 'lists its collections without a key' }
        : null;
    },
    version: versionAt('/', 'version'),
  },
  {
    rule: 'weaviate-anonymous',
    service: 'Weaviate',
    path: '/v1/meta',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'hostname', 'modules', 'version')
        ? { open: 'answers strangers', version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'chroma-no-auth',
    service: 'Chroma',
    path: '/api/v2/auth/identity',
    reads: (answer) => (has(objectOf(answer), 'tenant', 'databases') ? { open: 'takes strangers for somebody' } : null),
    version: chromaVersion('/api/v2/version'),
  },
  {
    // Before 0.5.17 there was no second version of the interface.
    rule: 'chroma-no-auth',
    service: 'Chroma',
    unless: ['chroma-no-auth'],
    path: '/api/v1/tenants/default_tenant',
    reads: (answer) =>
      objectOf(answer)?.['name'] === 'default_tenant' ? { open: 'takes strangers for somebody' } : null,
    version: chromaVersion('/api/v1/version'),
  },
  {
    rule: 'milvus-no-auth',
    service: 'Milvus',
    path: '/v1/vector/collections',
    reads: (answer) => {
      const value = objectOf(answer);
      return value?.['code'] === 200 && Array.isArray(value['data'])
        ? { open: 'lists its collections without a login' }
        : null;
    },
  },
  {
    rule: 'store-no-auth',
    service: 'a search engine',
    path: '/',
    reads: (answer) => {
      const value = objectOf(answer);
      const version = asObject(value?.['version']);
      if (!has(value, 'cluster_name', 'tagline') || !has(version, 'number', 'lucene_version')) return null;
      return {
        open: 'answers without a login',
        service: version['distribution'] === 'opensearch' ? 'OpenSearch' : 'Elasticsearch',
        version: asVersion(version['number']),
      };
    },
  },
  {
    rule: 'store-no-auth',
    service: 'etcd',
    // Its users, where there are any, are asked for by the calls that read keys, and those are none of GET.
    severity: 'medium',
    path: '/version',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'etcdserver', 'etcdcluster')
        ? { open: 'answers without a client certificate', version: asVersion(value['etcdserver']) }
        : null;
    },
  },
  {
    rule: 'registry-open',
    service: 'a registry of images',
    path: '/v2/_catalog?n=1',
    reads: (answer) =>
      Array.isArray(objectOf(answer)?.['repositories']) &&
      answer.headers['docker-distribution-api-version'] === 'registry/2.0'
        ? { open: 'lists its repositories without a login' }
        : null,
  },
];
