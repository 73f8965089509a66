const RATE = { requests: ['10000', '9999', '6ms'], tokens: ['2000000', '1999000', '30ms'] } as const;

/** The headers that each provider puts on every answer. */
export function headersFor(dialect: 'openai' | 'anthropic', requestId: string): Record<string, string> {
  if (dialect === 'anthropic') {
    return {
      'request-id': requestId,
      'anthropic-organization-id': 'org-upstream',
      'anthropic-ratelimit-requests-limit': '4000',
      'anthropic-ratelimit-requests-remaining': '3999',
      'anthropic-ratelimit-requests-reset': '2030-01-01T00:00:00Z',
    };
  }
  return {
    'x-request-id': requestId,
    'openai-organization': 'org-upstream',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    ...Object.fromEntries(
      Object.entries(RATE).flatMap(([unit, [limit, remaining, reset]]) => [
        [`x-ratelimit-limit-${unit}`, limit],
        [`x-ratelimit-remaining-${unit}`, remaining],
        [`x-ratelimit-reset-${unit}`, reset],
      ]),
    ),
  };
}
