import { openTo, titled } from '../../infra/exposure.ts';
import { matches } from '../../infra/matches.ts';
import { commandLine, isEverywhere, isImage, option, reachOf, variable, type Workload } from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';
import { setTo, all, WEAK } from './workload-judges.ts';

const isMlflow = (one: Workload): boolean =>
  /\bmlflow (?:server|ui)\b/.test(commandLine(one)) || (isImage(one, /(?:^|\/)mlflow$/) && one.command.length === 0);
const isJupyter = (one: Workload): boolean =>
  /\bjupyter(?:-lab|-notebook| lab| notebook| server)\b/.test(commandLine(one)) ||
  isImage(one, /jupyter\/[\w-]+-notebook$|(?:^|\/)jupyterlab$/);

/** Tracking of experiments, and notebooks. */
export const NOTEBOOK_CHECKS: readonly Check[] = [
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
];
