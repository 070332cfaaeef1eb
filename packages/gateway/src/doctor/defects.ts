/** What a doctor can find between a caller and the gateway: one line of the report each. */
export const DEFECTS = {
  'not-asked': 'A protected path is answered without a decision',
  'caller-believed': 'What a caller says about its own request is believed',
  'path-rewritten': 'A path is decided about in another form than the caller sent it',
  'identity-forged': 'A caller can tell the application who it is',
  'identity-missing': 'The application is not told who the caller is',
  'identity-removed': 'A caller can take away the fields that say who it is',
  'websocket-open': 'A WebSocket opens without a decision',
  'decision-exposed': 'Callers reach the port that answers proxies',
  'open-when-down': 'Requests pass while nobody decides',
  'no-answer': 'A request gets no answer that could be read',
  'status-lost': 'A refusal arrives with another status',
  'challenge-lost': 'A challenge does not arrive as it was sent',
  'content-lost': 'The content of a refusal does not arrive',
  'fields-lost': 'Fields of a refusal do not arrive',
  'head-differs': 'HEAD is answered otherwise than GET',
  'preflight-lost': 'A preflight is not answered',
  'large-header-fails': 'An ordinary amount of fields is a failure',
  'outage-untold': 'An outage of the gateway does not look like one',
} as const satisfies Record<string, string>

export type DefectName = keyof typeof DEFECTS

/** A defect that was seen, and by what. */
export interface Found {
  readonly defect: DefectName
  /** What was sent, what came, and what should have come. Never a credential. */
  readonly detail: string
}
