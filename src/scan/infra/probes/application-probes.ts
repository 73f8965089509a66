import { asObject, asVersion, has, jsonOf, objectOf, type Probe, versionAt } from './probe.ts';

/** Applications around models: notebooks, tracking, builders of agents, chat, dashboards. */
export const APPLICATION_PROBES: readonly Probe[] = [
  {
    rule: 'jupyter-no-token',
    service: 'Jupyter',
    path: '/api/contents?content=0',
    reads: (answer) => {
      const value = objectOf(answer);
      return value?.['type'] === 'directory' && has(value, 'writable', 'path')
        ? { open: 'shows its files without a token' }
        : null;
    },
    version: versionAt('/api', 'version'),
  },
  {
    rule: 'notebook-open',
    service: 'marimo',
    path: '/api/status',
    reads: (answer) => {
      const value = objectOf(answer);
      return value?.['mode'] === 'edit' && has(value, 'sessions', 'python_version')
        ? { open: 'lets strangers edit and run notebooks without a token', version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'mlflow-no-auth',
    service: 'MLflow',
    path: '/api/2.0/mlflow/experiments/search?max_results=1',
    reads: (answer) =>
      Array.isArray(objectOf(answer)?.['experiments']) ? { open: 'lists experiments without a login' } : null,
    version: { path: '/version', reads: ({ text }) => asVersion(text.trim()) },
  },
  {
    rule: 'langflow-auto-login',
    service: 'Langflow',
    path: '/api/v1/auto_login',
    reads: (answer) => (has(objectOf(answer), 'access_token') ? { open: 'gives a token to whoever asks' } : null),
    version: versionAt('/api/v1/version', 'version'),
  },
  {
    rule: 'flowise-no-auth',
    service: 'Flowise',
    path: '/api/v1/chatflows',
    reads: (answer) => {
      const flows = jsonOf(answer);
      return Array.isArray(flows) && has(asObject(flows[0]), 'flowData', 'deployed')
        ? { open: 'lists its flows without a login' }
        : null;
    },
    version: versionAt('/api/v1/version', 'version'),
  },
  {
    rule: 'setup-unclaimed',
    service: 'n8n',
    path: '/rest/settings',
    reads: (answer) => {
      const data = asObject(objectOf(answer)?.['data']);
      const users = asObject(data?.['userManagement']);
      if (users === null || !has(data, 'instanceId') === !has(data, 'settingsMode')) return null;
      return {
        open: users['showSetupOnFirstLoad'] === true ? 'waits for its first administrator, whoever that is' : null,
        version: asVersion(data!['versionCli']),
      };
    },
  },
  {
    rule: 'setup-unclaimed',
    service: 'Dify',
    path: '/console/api/setup',
    reads: (answer) => {
      const step = objectOf(answer)?.['step'];
      if (step !== 'not_started' && step !== 'finished') return null;
      return { open: step === 'not_started' ? 'waits for its first administrator, whoever that is' : null };
    },
  },
  {
    rule: 'openwebui-auth-off',
    service: 'Open WebUI',
    product: 'open-webui',
    path: '/api/config',
    reads: (answer) => {
      const value = objectOf(answer);
      const features = asObject(value?.['features']);
      return has(features, 'auth', 'enable_signup')
        ? {
            open: features['auth'] === false ? 'takes everybody for its administrator' : null,
            version: asVersion(value!['version']),
          }
        : null;
    },
  },
  {
    rule: 'setup-unclaimed',
    service: 'Open WebUI',
    product: 'open-webui',
    unless: ['openwebui-auth-off'],
    path: '/api/config',
    reads: (answer) => {
      const value = objectOf(answer);
      return value?.['onboarding'] === true && has(asObject(value['features']), 'auth', 'enable_signup')
        ? { open: 'waits for its first administrator, whoever that is' }
        : null;
    },
  },
  {
    rule: 'openwebui-open-signup',
    service: 'Open WebUI',
    product: 'open-webui',
    unless: ['openwebui-auth-off', 'setup-unclaimed'],
    severity: 'low',
    path: '/api/config',
    reads: (answer) => {
      const features = asObject(objectOf(answer)?.['features']);
      return has(features, 'auth', 'enable_signup') && features['enable_signup'] === true
        ? { open: 'lets everybody make an account' }
        : null;
    },
  },
  {
    rule: 'app-without-login',
    service: 'AnythingLLM',
    severity: 'high',
    path: '/api/setup-complete',
    reads: (answer) => {
      const value = asObject(objectOf(answer)?.['results']);
      if (!has(value, 'RequiresAuth', 'MultiUserMode')) return null;
      return {
        open:
          value['RequiresAuth'] === false && value['MultiUserMode'] === false
            ? 'takes everybody for its administrator'
            : null,
      };
    },
  },
  {
    rule: 'comfyui-open',
    service: 'ComfyUI',
    path: '/system_stats',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'system', 'devices')
        ? { open: 'answers without a login', version: asVersion(asObject(value['system'])?.['comfyui_version']) }
        : null;
    },
  },
  {
    rule: 'gradio-share',
    service: 'a Gradio application',
    product: 'gradio',
    path: '/config',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'version', 'components', 'dependencies') && !has(value, 'auth_message')
        ? { open: 'answers without a login', version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'app-without-login',
    service: 'a Streamlit application',
    severity: 'low',
    path: '/_stcore/host-config',
    reads: (answer) =>
      has(objectOf(answer), 'allowedOrigins', 'useExternalAuthToken')
        ? { open: 'is shown without a login; whether its page asks for one is not seen' }
        : null,
  },
  {
    rule: 'dashboard-open',
    service: 'TensorBoard',
    path: '/data/environment',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'data_location', 'window_title')
        ? { open: 'shows its runs without a login', version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'dashboard-open',
    service: 'a Dask scheduler',
    severity: 'high',
    path: '/json/identity.json',
    reads: (answer) => {
      const value = objectOf(answer);
      return value?.['type'] === 'Scheduler' && has(value, 'address', 'workers')
        ? { open: 'shows itself without a login, and runs what it is sent at another port' }
        : null;
    },
  },
  {
    rule: 'dashboard-open',
    service: 'Airflow',
    severity: 'high',
    path: '/api/v2/dags?limit=1',
    reads: (answer) =>
      has(objectOf(answer), 'dags', 'total_entries') ? { open: 'lists its workflows without a login' } : null,
    version: versionAt('/api/v2/version', 'version'),
  },
  {
    rule: 'dashboard-open',
    service: 'Airflow',
    severity: 'high',
    path: '/api/v1/dags?limit=1',
    reads: (answer) =>
      has(objectOf(answer), 'dags', 'total_entries') ? { open: 'lists its workflows without a login' } : null,
    version: versionAt('/api/v1/version', 'version'),
  },
  {
    rule: 'dashboard-open',
    service: 'Argo Workflows',
    severity: 'high',
    path: '/api/v1/version',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'gitTreeState', 'goVersion', 'version')
        ? { open: 'answers with the rights of its server', version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'dashboard-open',
    service: 'Kubeflow Pipelines',
    severity: 'high',
    path: '/apis/v2beta1/pipelines?page_size=1',
    reads: (answer) => {
      const value = objectOf(answer);
      return Array.isArray(value?.['pipelines']) && has(value, 'total_size')
        ? { open: 'lists its pipelines without a login' }
        : null;
    },
  },
  {
    rule: 'dashboard-open',
    service: 'Prefect',
    severity: 'high',
    path: '/api/admin/version',
    reads: (answer) => {
      const version = asVersion(jsonOf(answer));
      return version === null ? null : { open: 'answers without a login', version };
    },
  },
  {
    rule: 'dashboard-open',
    service: 'Grafana',
    path: '/api/dashboards/home',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(asObject(value?.['meta']), 'canEdit', 'canSave') && asObject(value!['dashboard']) !== null
        ? { open: 'shows its dashboards without a login' }
        : null;
    },
    version: versionAt('/api/health', 'version'),
  },
  {
    rule: 'tracing-open',
    service: 'Phoenix',
    path: '/v1/projects',
    reads: (answer) => {
      const version = answer.headers['x-phoenix-server-version'];
      return has(objectOf(answer), 'data', 'next_cursor') && version !== undefined
        ? { open: 'lists its projects without a login', version: asVersion(version) }
        : null;
    },
  },
];
