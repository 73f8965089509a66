import { table } from './table.ts';

/** Published figures of others, on other data: for orientation, not for comparison. */
export function printAnchors(): void {
  console.log(
    '\n## Published figures, on other data\n\nPIGuard table (leolee99/PIGuard, assets/Results.png @1b5751e): over-defence / benign / malicious, per cent right.',
  );
  table(
    ['system', 'over-defence', 'benign', 'malicious'],
    [
      ['fmops', '28.32', '34.63', '93.50'],
      ['deepset', '29.50', '34.06', '91.50'],
      ['Prompt Guard', '0.29', '26.82', '97.10'],
      ['ProtectAI v2', '57.23', '86.20', '48.60'],
      ['Lakera Guard', '87.61', '90.89', '53.19'],
      ['GPT-4o', '86.73', '90.78', '79.10'],
      ['Llama Guard 3', '99.71', '95.18', '28.28'],
      ['PIGuard', '87.32', '85.74', '77.39'],
    ],
  );
  console.log(
    '\nPrompt Guard 2 card (PurpleLlama @4be64c3), private set: AUC .998 (86M), .995 (22M); recall at 1 % FPR 97.5 and 88.7 %; AgentDojo attacks stopped at 3 % utility loss 81.2 and 78.4 %. PINT scores (lakeraai/pint-benchmark, 2025): Lakera Guard 95.2, Bedrock Guardrails 89.2, Azure Prompt Shield 89.1, ProtectAI v2 79.1, Prompt Guard 2 86M 78.8.',
  );
}
