import { openTo, titled } from '../../infra/exposure.ts';
import {
  commandLine,
  isEverywhere,
  isImage,
  isOff,
  isOn,
  option,
  reachOf,
  starts,
  variable,
} from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';
import { setTo, all, WEAK } from './workload-judges.ts';

/** Chat fronts, builders of agents, dashboards and tracing. */
export const BUILDER_CHECKS: readonly Check[] = [
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
    title: 'Dify with the secrets of its examples',
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
              /^(?:difyai123456|dify-sandbox|sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U|lYkiYYT6owG\+71oLerGzA7GXCgOT\+\+6ovaezWAjpCjf\+Sjc3ZtU\+qUEi|QaHbTe77CtuXmsfyhR7\+vRjI\/\+XbV1AaFy691iy\+kGDv2Jvy0\/eAh8Y1)$/.test(
                text.trim(),
              ),
          )
          .map(({ name, at }) => ({ at, message: `${titled(workload)} uses the ${name} of Dify's examples.` })),
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
