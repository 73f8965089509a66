import { checkFamily } from '../../testing/check-family.ts';
import { hcl } from '../../testing/infra-fixtures.ts';
import { infraCloud } from './family.ts';

checkFamily(infraCloud, {
  'sagemaker-open': {
    bad: [
      hcl(
        'resource "aws_sagemaker_notebook_instance" "n" {',
        '  role_arn = var.r',
        '  direct_internet_access = "Enabled"',
        '  root_access = "Disabled"',
        '  kms_key_id = var.k',
        '}',
      ),
      hcl('resource "aws_sagemaker_model" "m" {', '}'),
    ],
    line: 3,
    good: [
      hcl(
        'resource "aws_sagemaker_notebook_instance" "n" {',
        '  direct_internet_access = "Disabled"',
        '  root_access = "Disabled"',
        '  kms_key_id = var.k',
        '}',
      ),
      hcl(
        'resource "aws_sagemaker_notebook_instance" "n" {',
        '  direct_internet_access = var.d',
        '  root_access = var.r',
        '  kms_key_id = var.k',
        '}',
      ),
      hcl(
        'resource "aws_sagemaker_model" "m" {',
        '  enable_network_isolation = true',
        '  vpc_config {',
        '    subnets = var.s',
        '  }',
        '}',
      ),
    ],
  },
  'bedrock-unguarded': {
    bad: [hcl('resource "aws_bedrockagent_agent" "a" {', '  agent_name = "a"', '}')],
    line: 1,
    good: [
      hcl(
        'resource "aws_bedrockagent_agent" "a" {',
        '  customer_encryption_key_arn = var.k',
        '  guardrail_configuration {',
        '    guardrail_identifier = var.g',
        '  }',
        '}',
      ),
      hcl(
        'resource "aws_bedrockagent_agent" "a" {',
        '  customer_encryption_key_arn = var.k',
        '  guardrail_configuration = [{ guardrail_identifier = "x" }]',
        '}',
      ),
    ],
  },
  'azure-ai-open': {
    bad: [
      hcl(
        'resource "azurerm_cognitive_account" "a" {',
        '  kind = "OpenAI"',
        '  public_network_access_enabled = true',
        '}',
      ),
    ],
    line: 3,
    good: [
      hcl(
        'resource "azurerm_cognitive_account" "a" {',
        '  public_network_access_enabled = false',
        '  local_auth_enabled = false',
        '  outbound_network_access_restricted = true',
        '}',
      ),
    ],
  },
  'vertex-open': {
    bad: [
      hcl('resource "google_vertex_ai_index_endpoint" "e" {', '  public_endpoint_enabled = true', '}'),
      hcl('resource "google_notebooks_instance" "n" {', '}'),
    ],
    line: 2,
    good: [
      hcl(
        'resource "google_vertex_ai_index_endpoint" "e" {',
        '  network = var.n',
        '  encryption_spec {',
        '    kms_key_name = var.k',
        '  }',
        '}',
      ),
    ],
  },
  'bucket-public': {
    bad: [
      hcl('resource "aws_s3_bucket_acl" "m" {', '  bucket = aws_s3_bucket.m.id', '  acl = "public-read"', '}'),
      hcl('resource "aws_s3_bucket_public_access_block" "m" {', '  block_public_acls = false', '}'),
      hcl('resource "google_storage_bucket_iam_member" "m" {', '  member = "allUsers"', '}'),
      hcl(
        'resource "aws_s3_bucket_versioning" "m" {',
        '  versioning_configuration {',
        '    status = "Suspended"',
        '  }',
        '}',
      ),
    ],
    line: 3,
    good: [
      hcl('resource "aws_s3_bucket_acl" "m" {', '  acl = "private"', '}'),
      hcl('resource "google_storage_bucket_iam_member" "m" {', '  member = "serviceAccount:${var.s}"', '}'),
    ],
  },
});
