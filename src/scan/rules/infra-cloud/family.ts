import type { HclBlock } from '../../../formats/located/hcl.ts';
import type { LineIndex } from '../../../formats/located/line-index.ts';
import { attributeAt, literal, resourcesOf } from '../../infra/terraform-values.ts';
import type { Judgement } from '../../rule.ts';
import { type Check, defineFamily } from '../../rule-family.ts';
import type { Severity } from '../../../core/severity.ts';
import { plainText } from '../../plain-text.ts';

/** One thing that a resource must say, or must not. */
interface Demand {
  readonly types: readonly string[];
  readonly path: readonly string[];
  /** What makes it bad: a literal value that is there, or nothing being written. What has to be computed is not judged. */
  readonly bad: readonly string[] | 'absent' | ((text: string) => boolean);
  /** Also bad when nothing is written, because the cloud's default is. */
  readonly absentIsBad?: true;
  readonly severity?: Severity;
  readonly says: string;
}

function judgeBy(
  demands: readonly Demand[],
): (fact: { readonly body: HclBlock; readonly lines: LineIndex }) => readonly Judgement[] {
  return ({ body, lines }) =>
    resourcesOf(body).flatMap(({ type, name, block }) =>
      demands.flatMap((demand): Judgement[] => {
        if (!demand.types.includes(type)) return [];
        const found = attributeAt(block, ...demand.path);
        const text = literal(found);
        const absent =
          found === undefined &&
          !block.blocks.some((inner) => inner.type === demand.path[0] && demand.path.length === 1);
        // `dynamic` blocks and modules may write it.
        if (absent && block.blocks.some((inner) => inner.type === 'dynamic')) return [];
        const bad =
          demand.bad === 'absent'
            ? absent
            : absent
              ? demand.absentIsBad === true
              : text !== null && (typeof demand.bad === 'function' ? demand.bad(text) : demand.bad.includes(text));
        if (!bad) return [];
        return [
          {
            at: lines.place(found?.start ?? block.start),
            ...(demand.severity === undefined ? {} : { severity: demand.severity }),
            message: `${type}.${plainText(name, 80)} ${demand.says}.`,
          },
        ];
      }),
    );
}

const SAGEMAKER_NOTEBOOK = ['aws_sagemaker_notebook_instance'];
const AZURE_OPENAI = ['azurerm_cognitive_account', 'azurerm_ai_services'];
const AZURE_ML = ['azurerm_machine_learning_workspace', 'azurerm_ai_foundry'];
const VERTEX = ['google_vertex_ai_endpoint', 'google_vertex_ai_index_endpoint'];

const CHECKS: readonly Check[] = [
  {
    id: 'sagemaker-open',
    title: 'SageMaker that is open or unprotected',
    severity: 'medium',
    meaning:
      'Notebooks and models hold data and roles: with internet access, root, or without a network of their own they leak more easily.',
    fix: 'direct_internet_access = "Disabled", root_access = "Disabled", a subnet, kms_key_id, enable_network_isolation = true.',
    references: [
      'CKV_AWS_122',
      'CKV_AWS_306',
      'CKV_AWS_307',
      'CKV_AWS_370',
      'CKV_AWS_98',
      'CKV_AWS_187',
      'https://docs.aws.amazon.com/sagemaker/latest/dg/infrastructure-give-access.html',
    ],
    taxonomy: ['CWE-668', 'AML.T0049'],
    judge: {
      'infra-terraform': judgeBy([
        {
          types: SAGEMAKER_NOTEBOOK,
          path: ['direct_internet_access'],
          bad: ['Enabled'],
          absentIsBad: true,
          says: 'reaches the internet directly',
        },
        {
          types: SAGEMAKER_NOTEBOOK,
          path: ['root_access'],
          bad: ['Enabled'],
          absentIsBad: true,
          severity: 'low',
          says: 'lets its users be root',
        },
        {
          types: SAGEMAKER_NOTEBOOK,
          path: ['kms_key_id'],
          bad: 'absent',
          severity: 'low',
          says: 'is encrypted with no key of yours',
        },
        {
          types: SAGEMAKER_NOTEBOOK,
          path: ['instance_metadata_service_configuration', 'minimum_instance_metadata_service_version'],
          bad: ['1'],
          says: 'answers the old metadata service',
        },
        {
          types: ['aws_sagemaker_model'],
          path: ['enable_network_isolation'],
          bad: ['false'],
          absentIsBad: true,
          severity: 'low',
          says: 'has a model container that may reach out',
        },
        {
          types: ['aws_sagemaker_model'],
          path: ['vpc_config'],
          bad: 'absent',
          severity: 'low',
          says: 'runs outside of a network of yours',
        },
        {
          types: ['aws_sagemaker_endpoint_configuration'],
          path: ['kms_key_arn'],
          bad: 'absent',
          severity: 'low',
          says: 'is encrypted with no key of yours',
        },
        {
          types: ['aws_sagemaker_domain'],
          path: ['app_network_access_type'],
          bad: ['PublicInternetOnly'],
          absentIsBad: true,
          severity: 'low',
          says: 'reaches the internet past your network',
        },
      ]),
    },
  },
  {
    id: 'bedrock-unguarded',
    title: 'Bedrock agent without a guardrail',
    severity: 'medium',
    meaning: 'Nothing looks at what goes in and comes out of the agent.',
    fix: 'Add a guardrail_configuration, a key of your own, and logging of invocations.',
    references: ['CKV_AWS_383', 'CKV_AWS_373', 'https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails.html'],
    taxonomy: ['CWE-693', 'AML.T0051'],
    judge: {
      'infra-terraform': judgeBy([
        {
          types: ['aws_bedrockagent_agent'],
          path: ['guardrail_configuration'],
          bad: 'absent',
          says: 'has no guardrail',
        },
        {
          types: ['aws_bedrockagent_agent'],
          path: ['customer_encryption_key_arn'],
          bad: 'absent',
          severity: 'low',
          says: 'is encrypted with no key of yours',
        },
        {
          types: ['aws_bedrock_model_invocation_logging_configuration'],
          path: ['logging_config', 'text_data_delivery_enabled'],
          bad: ['false'],
          severity: 'low',
          says: 'keeps no record of what was asked',
        },
      ]),
    },
  },
  {
    id: 'azure-ai-open',
    title: 'Azure AI that is open to the internet, or to keys',
    severity: 'medium',
    meaning: 'Accounts and workspaces take requests from everywhere, or by keys that nobody can attribute.',
    fix: 'public_network_access_enabled = false with private endpoints, local_auth_enabled = false, outbound_network_access_restricted = true.',
    references: [
      'CKV_AZURE_134',
      'CKV_AZURE_236',
      'CKV_AZURE_238',
      'CKV_AZURE_243',
      'CKV_AZURE_247',
      'https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks',
    ],
    taxonomy: ['CWE-668', 'AML.T0049'],
    judge: {
      'infra-terraform': judgeBy([
        {
          types: AZURE_OPENAI,
          path: ['public_network_access_enabled'],
          bad: ['true'],
          absentIsBad: true,
          says: 'takes requests from the internet',
        },
        {
          types: AZURE_OPENAI,
          path: ['public_network_access'],
          bad: ['Enabled'],
          says: 'takes requests from the internet',
        },
        {
          types: AZURE_OPENAI,
          path: ['local_auth_enabled'],
          bad: ['true'],
          absentIsBad: true,
          severity: 'low',
          says: 'takes keys that belong to nobody',
        },
        {
          types: AZURE_OPENAI,
          path: ['outbound_network_access_restricted'],
          bad: ['false'],
          absentIsBad: true,
          severity: 'low',
          says: 'may send data anywhere',
        },
        {
          types: AZURE_ML,
          path: ['public_network_access_enabled'],
          bad: ['true'],
          absentIsBad: true,
          says: 'takes requests from the internet',
        },
        {
          types: AZURE_ML,
          path: ['public_network_access'],
          bad: ['Enabled'],
          says: 'takes requests from the internet',
        },
        {
          types: ['azurerm_machine_learning_compute_instance'],
          path: ['node_public_ip_enabled'],
          bad: ['true'],
          absentIsBad: true,
          says: 'has a public address',
        },
        {
          types: ['azurerm_machine_learning_compute_cluster', 'azurerm_machine_learning_compute_instance'],
          path: ['local_auth_enabled'],
          bad: ['true'],
          severity: 'low',
          says: 'takes logins that belong to nobody',
        },
      ]),
    },
  },
  {
    id: 'vertex-open',
    title: 'Vertex AI that is open or unprotected',
    severity: 'medium',
    meaning: 'Endpoints and notebooks are reachable from the internet, or encrypted with no key of yours.',
    fix: 'Set network or private_service_connect_config, no_public_ip = true, encryption_spec.',
    references: [
      'CKV_GCP_89',
      'CKV_GCP_92',
      'CKV_GCP_96',
      'CKV_GCP_126',
      'CKV_GCP_127',
      'https://cloud.google.com/vertex-ai/docs/general/vpc-peering',
    ],
    taxonomy: ['CWE-668', 'AML.T0049'],
    judge: {
      'infra-terraform': judgeBy([
        {
          types: ['google_vertex_ai_index_endpoint'],
          path: ['public_endpoint_enabled'],
          bad: ['true'],
          says: 'is reachable from the internet',
        },
        {
          types: [
            ...VERTEX,
            'google_vertex_ai_dataset',
            'google_vertex_ai_featurestore',
            'google_vertex_ai_tensorboard',
          ],
          path: ['encryption_spec'],
          bad: 'absent',
          severity: 'low',
          says: 'is encrypted with no key of yours',
        },
        {
          types: ['google_notebooks_instance', 'google_notebooks_runtime'],
          path: ['no_public_ip'],
          bad: ['false'],
          absentIsBad: true,
          says: 'has a public address',
        },
        {
          types: ['google_workbench_instance'],
          path: ['gce_setup', 'disable_public_ip'],
          bad: ['false'],
          absentIsBad: true,
          says: 'has a public address',
        },
        {
          types: ['google_notebooks_instance'],
          path: ['no_proxy_access'],
          bad: ['false'],
          severity: 'low',
          says: 'is open to the proxy for all',
        },
      ]),
    },
  },
  {
    id: 'bucket-public',
    title: 'Bucket of models or data that is public, or keeps no versions',
    severity: 'high',
    meaning: 'Everybody reads the data, or a changed model leaves no trace of what it was before.',
    fix: 'Block public access, turn versioning and object lock on.',
    references: [
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
      'CKV_AWS_20',
      'CKV_AWS_21',
      'CKV_GCP_28',
    ],
    taxonomy: ['CWE-732', 'AML.T0010', 'AML.T0035'],
    judge: {
      'infra-terraform': judgeBy([
        {
          types: ['aws_s3_bucket', 'aws_s3_bucket_acl'],
          path: ['acl'],
          bad: ['public-read', 'public-read-write', 'authenticated-read'],
          says: 'is public',
        },
        ...['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].map(
          (key): Demand => ({
            types: ['aws_s3_bucket_public_access_block'],
            path: [key],
            bad: ['false'],
            severity: 'medium',
            says: `does not hold public access back (${key})`,
          }),
        ),
        {
          types: ['aws_s3_bucket_versioning'],
          path: ['versioning_configuration', 'status'],
          bad: ['Disabled', 'Suspended'],
          severity: 'low',
          says: 'keeps no versions',
        },
        {
          types: ['aws_s3_bucket'],
          path: ['versioning', 'enabled'],
          bad: ['false'],
          severity: 'low',
          says: 'keeps no versions',
        },
        {
          types: [
            'google_storage_bucket_iam_member',
            'google_storage_bucket_iam_binding',
            'google_storage_bucket_access_control',
          ],
          path: ['member'],
          bad: ['allUsers', 'allAuthenticatedUsers'],
          says: 'is public',
        },
        {
          types: ['google_storage_bucket'],
          path: ['versioning', 'enabled'],
          bad: ['false'],
          severity: 'low',
          says: 'keeps no versions',
        },
        {
          types: ['google_storage_bucket'],
          path: ['public_access_prevention'],
          bad: ['inherited'],
          severity: 'low',
          says: 'does not prevent public access',
        },
        {
          types: ['azurerm_storage_account'],
          path: ['allow_nested_items_to_be_public'],
          bad: ['true'],
          severity: 'medium',
          says: 'lets containers be public',
        },
        {
          types: ['azurerm_storage_account'],
          path: ['allow_blob_public_access'],
          bad: ['true'],
          severity: 'medium',
          says: 'lets containers be public',
        },
        {
          types: ['azurerm_storage_container'],
          path: ['container_access_type'],
          bad: ['blob', 'container'],
          says: 'is public',
        },
      ]),
    },
  },
];

/** Model services and stores of clouds, as Terraform describes them. */
export const infraCloud = defineFamily({ id: 'infra-cloud', threats: ['model-extraction', 'data-poisoning'] }, CHECKS);
