export { answer, challengeField, outcomeOf, PROBLEM_BASE, statusOf, type Answer, type AnswerOptions, type AnswerRole, type Problem } from './answer.ts'
export { parseChallenges, writeChallenge, type Challenge, type ChallengeFault, type ParsedChallenges } from './challenge.ts'
export { parseCredentials, type ParsedCredentials } from './credentials.ts'
export type {
  Allowed,
  Challenged,
  Concealed,
  Decision,
  Denial,
  Explanation,
  Faulty,
  Fields,
  Forbidden,
  Malformed,
  NonEmpty,
  Remedy,
  Step,
  Throttled,
  Unavailable,
} from './decision.ts'
export { isNonEmpty } from './decision.ts'
export { isScopeToken, isToken } from './grammar.ts'
export { acceptedSchemes, judge, type Authentication, type Evidence, type Need, type Terms } from './judge.ts'
export type { Principal } from './principal.ts'
export { readDecision, reasonOf } from './read.ts'
export { PROBLEMS, REASONS, reasonEntry, type Outcome, type ProblemType, type Reason, type ReasonFor } from './reasons.ts'
export { readRefusal, type ReadableResponse, type Refusal } from './refusal.ts'
export type { Connection, Content, PeerCertificate, RequestView } from './request.ts'
export {
  allOf,
  anyOf,
  anyone,
  assurance,
  authenticated,
  bound,
  describe,
  fact,
  open,
  recent,
  role,
  scope,
  unprobeable,
  user,
  type Fact,
  type FactContext,
  type FactRequirement,
  type FactResolver,
  type Known,
  type PrincipalBehind,
  type Requirement,
} from './requirement.ts'
export type { AnyScheme, Ask, Presented, Scheme, Verified, VerifyContext } from './scheme.ts'
export { Secret } from './secret.ts'
