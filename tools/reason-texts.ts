// What a person needs beside the tables of core: for every reason what happened, what the client does and what
// the operator looks at. Missing one does not compile. Written from spec/ledger.md; the rows are named.
import type { Reason } from '@countersign/core'

export interface ReasonText {
  readonly happened: string
  readonly client: string
  readonly operator: string
  readonly sections: readonly string[]
  /** Rows of spec/ledger.md that this reason answers. */
  readonly rows: readonly string[]
}

const NEW_TOKEN =
  'Get a new access token, repeat the request once with it, and if that is refused as well, log in again. Do not repeat the request with the same token.'
const NOTHING_SAID =
  'The answer does not say which check failed, because that would help whoever forges tokens; the explanation of the decision on the server does.'
const KEEP =
  'Keep the token and send the same request again after the time in `Retry-After`. Do not refresh the token and do not log out: nothing is known against it.'

export const REASON_TEXTS: Readonly<Record<Reason, ReasonText>> = {
  'credentials-missing': {
    happened:
      'The resource is protected and the request carried no credentials that the server reads. Credentials in a place that is not enabled, such as the query or a trailer field, count as absent. If the resource asks for two credentials together, one of them is absent.',
    client:
      'Read the challenges, choose the strongest scheme you support, and send credentials of that scheme. A scope in the challenge is the scope to ask for when you request a token.',
    operator:
      'No action is needed for a first request of a client. If a client believes that it sends credentials, look whether a proxy in between removes the `Authorization` field.',
    sections: ['RFC 9110 §15.5.2', 'RFC 9110 §11.6.1', 'RFC 6750 §3.1'],
    rows: [
      'no-credentials-bearer',
      'no-credentials-several-schemes',
      'no-credentials-basic',
      'no-credentials-api-key',
      'no-session-api',
      'authorization-empty',
      'token-query-only',
      'api-key-in-query',
      'credentials-in-trailer',
      'and-requirement-partly-met',
      'hidden-object-anonymous',
    ],
  },
  'scheme-not-accepted': {
    happened:
      'The request carried credentials of an authentication scheme that this resource does not accept. They were not looked at, so the answer names no error; it lists the schemes that are accepted.',
    client: 'Send credentials of one of the schemes in the challenges. Repeating the request with the same scheme cannot succeed.',
    operator: 'If the scheme should be accepted, add it to the schemes of the guard, or to the `via` of the requirement of this route.',
    sections: ['RFC 9110 §11.4', 'RFC 6750 §3.1'],
    rows: ['unsupported-scheme'],
  },
  'credentials-rejected': {
    happened:
      'A user name with password, or an API key, was sent and is not valid. An unknown user, a wrong password, a locked account and credentials that cannot be decoded get the same answer, so that nobody can find out which accounts exist.',
    client:
      'Ask the person for the credentials again; an API key must be replaced by a person. If the same challenge comes back after an attempt, show the answer instead of repeating the request.',
    operator:
      'Look at the explanation of the decision on the server. Many of these from one address are guessing: limit the attempts, which is then answered with `too-many-failures`.',
    sections: ['RFC 9110 §11.4', 'RFC 7617 §2'],
    rows: ['basic-wrong-password', 'basic-unknown-user', 'basic-malformed', 'api-key-unknown', 'account-locked-password'],
  },
  'token-invalid': {
    happened:
      'What was sent after `Bearer` has the characters of a token, but it is not a token that this server can accept: no JWT in compact serialization, a JWT with repeated members, or an opaque token that introspection calls inactive. Introspection does not disclose why.',
    client: NEW_TOKEN,
    operator:
      'If every token of one client fails, the client sends something else than the access token. If introspection calls good tokens inactive, check that this server is among their audiences there.',
    sections: ['RFC 6750 §3.1', 'RFC 7519 §7.2', 'RFC 7662 §2.2'],
    rows: ['token-not-a-token', 'token-json-serialisation', 'token-duplicate-members', 'token-inactive'],
  },
  'token-encrypted': {
    happened: `The access token is encrypted and this server holds no key for it. ${NOTHING_SAID}`,
    client: `${NEW_TOKEN} If new tokens are encrypted too, the issuer has this server registered wrongly.`,
    operator: 'Have the issuer send signed tokens without encryption to this resource server; encrypted tokens are not supported.',
    sections: ['RFC 6750 §3.1', 'RFC 9068 §4'],
    rows: ['token-encrypted-undecryptable'],
  },
  'token-type-wrong': {
    happened: 'The token is genuine in form but of another kind: its `typ` is not `at+jwt`. An ID token, a logout token or a DPoP proof is no access token.',
    client: 'Send the access token, not the ID token. Ask the token endpoint for an access token for this resource.',
    operator:
      'If your issuer writes access tokens without `at+jwt`, allow its type for this issuer in the options of the scheme, and make sure that its ID tokens carry another audience.',
    sections: ['RFC 9068 §4', 'RFC 8725 §3.11'],
    rows: ['token-wrong-type'],
  },
  'token-issuer-unknown': {
    happened:
      'The `iss` of the access token is none of the issuers that this server trusts. The comparison is exact, a final slash included. Nothing was fetched from the named issuer.',
    client: 'Get the token from an issuer that this resource trusts, then repeat the request once.',
    operator: 'Compare the configured issuer with the `iss` of a real token, character by character.',
    sections: ['RFC 9068 §4', 'RFC 8725 §3.8'],
    rows: ['token-wrong-issuer'],
  },
  'token-algorithm-refused': {
    happened: `The token names a signature algorithm that is not on the allow-list of its issuer and key. \`none\` is never on it, and a public key is never used as the secret of an HMAC. ${NOTHING_SAID}`,
    client: NEW_TOKEN,
    operator:
      'If the issuer has changed its algorithm, add the new one to the allow-list of this issuer. Tokens with `none` or with an HMAC over a public key are attacks.',
    sections: ['RFC 8725 §3.1', 'RFC 9068 §4'],
    rows: ['token-alg-none', 'token-alg-not-allowed'],
  },
  'token-key-unknown': {
    happened: `The token names a key that the issuer's key set does not hold, even after the set was fetched again. ${NOTHING_SAID}`,
    client: NEW_TOKEN,
    operator:
      'After a rotation of keys, check that the issuer publishes a new key before it signs with it. Many different unknown keys in a short time are an attack; fetching is limited for that reason.',
    sections: ['RFC 7515 §4.1.4', 'RFC 9068 §4'],
    rows: ['token-unknown-kid'],
  },
  'token-signature-wrong': {
    happened: `The signature of the access token does not verify with the issuer's key. ${NOTHING_SAID}`,
    client: NEW_TOKEN,
    operator: 'A single one is a damaged or forged token. If all tokens of an issuer fail, the configured key set belongs to another environment.',
    sections: ['RFC 7515 §5.2', 'RFC 9068 §4'],
    rows: ['token-bad-signature'],
  },
  'token-extension-unknown': {
    happened: `The token's header lists a critical extension that is not implemented here, or the list is empty or inconsistent. \`b64: false\` is not allowed in a JWT. ${NOTHING_SAID}`,
    client: NEW_TOKEN,
    operator: 'Ask the issuer which extension it sets in `crit`. A token with an extension that is not understood must be refused.',
    sections: ['RFC 7515 §4.1.11', 'RFC 7797 §7'],
    rows: ['token-crit-unknown', 'token-b64-false'],
  },
  'token-expired': {
    happened: 'The time in `exp` has passed, by more than the tolerance for clocks that differ.',
    client: 'Refresh the access token, repeat the request once, and if that is refused as well, log in again.',
    operator: 'Expiry is normal. If fresh tokens are called expired, compare the clock of this server with the issuer.',
    sections: ['RFC 6750 §3.1', 'RFC 7519 §4.1.4'],
    rows: ['token-expired'],
  },
  'token-not-yet-valid': {
    happened: 'The time in `nbf` or `iat` lies in the future, by more than the tolerance for clocks that differ.',
    client: 'Refresh the access token at most once. If the new token is refused for the same reason, a clock is wrong, and only time or an operator can help.',
    operator: 'Compare the clock of this server with the issuer. Widen the tolerance only as far as the clocks differ.',
    sections: ['RFC 7519 §4.1.5', 'RFC 7519 §4.1.6'],
    rows: ['token-not-yet-valid', 'token-issued-in-future'],
  },
  'token-audience-wrong': {
    happened:
      'The `aud` of the access token does not contain this resource server, or there is no `aud`. The token was issued for somebody else; accepting it would let that server act here in the name of its callers.',
    client: 'Request a token for this resource, with the `resource` parameter or the audience that the API documents.',
    operator: 'Compare the configured audience with the `aud` of a real token. The comparison is exact; a prefix does not match.',
    sections: ['RFC 9068 §4', 'RFC 7519 §4.1.3', 'RFC 8707 §2'],
    rows: ['token-wrong-audience', 'token-no-audience'],
  },
  'token-claim-missing': {
    happened: 'A claim that must be present is absent from the access token or has the wrong JSON type. By default `iss`, `exp`, `aud` and `sub` are required.',
    client: NEW_TOKEN,
    operator: 'Have the issuer add the claim. The explanation of the decision on the server shows the step that failed.',
    sections: ['RFC 9068 §2.2', 'RFC 7519 §4'],
    rows: ['token-missing-claim'],
  },
  'token-key-bound': {
    happened:
      'The access token is bound to a key (`cnf`), and the request did not prove that its sender has that key. A copy that somebody stole looks like this.',
    client: 'Send the token with its proof, or ask the issuer for one that is not bound, if this API takes such tokens.',
    operator:
      'Add `dpop()` to the schemes for tokens that are bound to a key, or `certificates` to the Bearer scheme for those bound to a certificate. A binding of another kind cannot be checked, and its tokens are refused.',
    sections: ['RFC 9449 §7.2', 'RFC 8705 §3'],
    rows: ['dpop-token-as-bearer'],
  },
  'token-revoked': {
    happened: 'The access token was revoked, or it was issued before a mark that ended all earlier tokens of its subject.',
    client: 'Log in again. Refreshing is likely to fail, because the session behind the token has usually ended too.',
    operator: 'Revocation works as intended. The answer tells the caller no more than that the token is no longer accepted.',
    sections: ['RFC 6750 §3.1', 'RFC 7009 §2'],
    rows: ['token-revoked'],
  },
  'subject-unknown': {
    happened:
      'The access token is genuine, but this server knows no account for its subject. The caller is told no more than that the token is no longer accepted.',
    client: 'Log in again. If that leads to the same answer, the account does not exist here, and an operator has to create it.',
    operator: 'Check that the account was provisioned, and that the subject is looked up together with its issuer.',
    sections: ['RFC 8725 §3.8'],
    rows: ['token-subject-unknown'],
  },
  'account-disabled': {
    happened:
      'The account behind the credentials was disabled or deleted. That ends all its sessions, so the credentials are no longer valid. The caller is told no more than that the token is no longer accepted.',
    client: 'Log in again; the identity provider will tell the person the reason.',
    operator:
      'Use this for accounts that have ended. For an account that is barred for a time, answer `account-suspended`: a new login would change nothing there.',
    sections: ['RFC 8725 §3.8', 'RFC 9110 §11.4'],
    rows: ['account-disabled'],
  },
  'assurance-too-low': {
    happened:
      'The credentials are valid, but this operation demands a stronger or a more recent login than the one behind them. It is the one case in which valid credentials are answered with a challenge.',
    client:
      'Send the person through a new authorization request with the `acr_values`, `max_age` and `scope` of the challenge, all in one request, then repeat the request with the new token.',
    operator: 'If callers come back with the same answer after a new login, the issuer does not write `acr` or `auth_time` into its access tokens.',
    sections: ['RFC 9470 §3', 'RFC 9470 §4'],
    rows: ['step-up-acr', 'step-up-max-age', 'step-up-and-scope', 'step-up-by-policy'],
  },
  'scope-missing': {
    happened:
      'The access token is valid, but it lacks a scope that this operation needs. The challenge names every scope that the request needs. A scheme that cannot express a scope gets no challenge.',
    client:
      'Request a token with the scopes you have and those of the challenge, and repeat the request. Stop after a few attempts: the issuer may not grant the scope to you.',
    operator: 'Check that the client is registered for the scope, and that the requirement of the route names the scope that the issuer uses.',
    sections: ['RFC 6750 §3.1', 'RFC 9110 §15.5.4'],
    rows: ['insufficient-scope', 'authorization-details-insufficient', 'mcp-insufficient-scope'],
  },
  'role-missing': {
    happened:
      'The caller is known and lacks the role that this operation needs. There is no challenge, because no other token of the same caller would change the answer.',
    client: 'Stop. Do not repeat the request and do not refresh the token; tell the person that they may not do this.',
    operator: 'Grant the role if the caller should have it. A role granted after the token was issued appears in the next token only.',
    sections: ['RFC 9110 §15.5.4'],
    rows: ['lacks-role'],
  },
  'policy-denied': {
    happened:
      'The caller is known and a policy, or a fact about the resource, does not permit this operation for them. That the resource exists is no secret here.',
    client: 'Stop. Do not repeat the request and do not refresh the token; tell the person that they may not do this.',
    operator:
      'The explanation of the decision names the fact that did not hold. Where the existence of the resource is a secret, conceal it: the answer is then `not-visible`.',
    sections: ['RFC 9110 §15.5.4'],
    rows: ['policy-denied', 'not-owner-visible', 'readable-not-writable'],
  },
  'assurance-unreachable': {
    happened:
      'The operation demands a stronger or a more recent login, and no scheme that is accepted here can ask for one. A challenge that cannot be answered would send the client into a loop, so there is none.',
    client: 'Stop. Neither a refresh nor a new login with the schemes accepted here leads to success.',
    operator: 'Accept a scheme that can ask for a stronger login, such as `Bearer`, or remove the demand from this route.',
    sections: ['RFC 9110 §15.5.4', 'RFC 9470 §3'],
    rows: [],
  },
  'user-required': {
    happened: 'The operation is for people, and the access token belongs to a client that acts for itself: its subject is the client.',
    client: 'Stop. Use a token that a person has authorized; a token of the client credentials grant cannot work here.',
    operator: 'If a machine should be allowed, remove the demand for a person from this route and ask for a scope instead.',
    sections: ['RFC 9068 §2.2', 'RFC 9110 §15.5.4'],
    rows: ['machine-principal'],
  },
  'account-suspended': {
    happened:
      'The credentials are genuine and the account is barred for a time, for example because it is under review. A new login would not change anything.',
    client: 'Stop, and show the message to the person. Do not refresh the token and do not log out.',
    operator: 'Lift the suspension, or disable the account if it has ended.',
    sections: ['RFC 9110 §15.5.4'],
    rows: ['account-suspended'],
  },
  'account-incomplete': {
    happened:
      'The credentials are genuine, and the account holder has to do something first: accept terms, verify an address, change a password. The problem document may carry a link as `action`.',
    client: 'Send the person to the link in `action`, then repeat the request.',
    operator: 'Set `action` to a page where the account holder can do what is missing. If what is missing is a stronger login, ask for that instead.',
    sections: ['RFC 9110 §15.5.4', 'RFC 9457 §3.2'],
    rows: ['account-incomplete'],
  },
  'origin-refused': {
    happened:
      'The request came from a web page of an origin that is not allowed. Requests that a browser sends without a preflight would reach the handler, so they are refused here.',
    client: 'Stop. Other credentials do not help; the page has to be served from an allowed origin.',
    operator: 'Add the exact origin to the allowed ones if the page is yours.',
    sections: ['RFC 9110 §15.5.4', 'RFC 6455 §10.2'],
    rows: ['origin-denied', 'websocket-origin-denied', 'mcp-origin-invalid'],
  },
  'not-visible': {
    happened:
      'The caller may not know whether the resource exists, so the answer is that of a resource that does not exist: the same status, fields and body for every method, and no id of a decision.',
    client: 'Stop. Treat the resource as one that does not exist.',
    operator: 'The decision is in the log of the server only. Make sure that the answer of your application for a missing resource is the same document.',
    sections: ['RFC 9110 §15.5.4', 'RFC 9110 §15.5.5'],
    rows: ['not-owner-hidden', 'hidden-object-write', 'tenant-mismatch'],
  },
  'credentials-malformed': {
    happened:
      'The `Authorization` field does not follow its grammar, for example `Bearer` with nothing behind it, or a token with a space in it. Nobody was judged. It is not a challenge, so that no client refreshes its token because of a mistake in its own code.',
    client: 'Correct the request. Do not refresh the token; an unset variable is the usual cause.',
    operator: 'If many clients are affected at once, look for a proxy that rewrites the field.',
    sections: ['RFC 9110 §11.4', 'RFC 6750 §3.1'],
    rows: ['token-empty', 'token-not-token68', 'authorization-unparsable', 'token-parameter-repeated'],
  },
  'credentials-ambiguous': {
    happened:
      'The request carried more than one set of credentials where one is allowed: two `Authorization` field lines, two credentials joined by a comma, or a token in two places. Choosing one could let a proxy and this server judge different callers.',
    client: 'Send one set of credentials, in the `Authorization` field.',
    operator: 'A proxy that adds credentials of its own has to replace the field, not add a second line.',
    sections: ['RFC 9110 §5.3', 'RFC 9110 §11.6.2', 'RFC 6750 §2'],
    rows: ['authorization-duplicate', 'token-header-and-body', 'token-header-and-query-enabled'],
  },
  'credentials-too-large': {
    happened: 'The field with the credentials is larger than this server reads. A new token of the same kind would be as large, so there is no challenge.',
    client: 'Do not authenticate again. Ask for a smaller token, for example with fewer scopes, or for one audience.',
    operator: 'Have the issuer leave groups and other lists out of the access token, or raise the limit in every proxy on the way as well as here.',
    sections: ['RFC 6585 §5'],
    rows: ['credential-field-too-large', 'header-section-too-large'],
  },
  'host-ambiguous': {
    happened: 'The request has no `Host` field line or more than one. Which host is meant decides about tenant and audience, so it is not guessed.',
    client: 'Send exactly one `Host` field.',
    operator: 'Look for a proxy that adds a second `Host` field line.',
    sections: ['RFC 9112 §3.2'],
    rows: ['host-duplicate'],
  },
  'path-ambiguous': {
    happened:
      'The path holds something that programs read differently: a dot segment, an encoded slash or backslash, an empty segment, a control character. A rule would be applied to one resource and the request might be handled as another. Nobody was judged.',
    client: 'Send the path in its normal form. Encode only what has to be encoded, and resolve dot segments before sending.',
    operator: 'Look at the path in the log. Repeated requests of this kind from one address are usually a scan for ways around access rules.',
    sections: ['RFC 3986 §6.2.2', 'OWASP API5:2023'],
    rows: ['path-ambiguous'],
  },
  'address-refused': {
    happened: 'The request came from an address that is on the list of refused networks. Credentials were not looked at.',
    client: 'Stop. Other credentials will not help; ask the operator of the API if the network should be accepted.',
    operator:
      'The guard looks at no addresses; the program that decides about them, before it, has the list. If the address is that of a proxy of your own, that program has to be told which proxies to trust.',
    sections: ['RFC 9110 §15.5.4'],
    rows: ['address-denied'],
  },
  'transport-insecure': {
    happened:
      'The request carried credentials over plain http, where only https is accepted for them. They were not looked at, and anybody on the way may have read them.',
    client: 'Use https. Treat the credentials as exposed: have them revoked and get new ones.',
    operator:
      'Revoke what was exposed. A redirect to https would only hide the mistake. The guard does not look at the connection; the program that does, before it, has to be told which proxies to trust if TLS ends at one of them.',
    sections: ['RFC 6750 §5.3', 'RFC 9110 §15.5.4'],
    rows: ['insecure-transport'],
  },
  'quota-exceeded': {
    happened: 'The caller, or the address, has used up its quota. That is no statement about the credentials.',
    client: 'Wait for the time in `Retry-After`, then send the request again with the same credentials.',
    operator: 'Raise the quota if the use is legitimate.',
    sections: ['RFC 6585 §4', 'RFC 9110 §10.2.3'],
    rows: ['rate-limited-address', 'rate-limited-principal'],
  },
  'too-many-failures': {
    happened:
      'There were too many failed attempts. The credentials of this request were not looked at, so that the answer does not tell whether they are right.',
    client: 'Wait for the time in `Retry-After`. Trying sooner extends the wait.',
    operator: 'Somebody guesses credentials, or a client repeats a wrong one. The log names the address.',
    sections: ['RFC 6585 §4', 'RFC 9110 §10.2.3'],
    rows: ['too-many-failed-attempts'],
  },
  'issuer-unreachable': {
    happened: 'The identity provider could not be asked: no usable key set and nothing cached. Whether the token is good is unknown.',
    client: KEEP,
    operator:
      'Check from this server that the address of the issuer resolves and answers within the time limit, with JSON and with the issuer that is configured.',
    sections: ['RFC 9110 §15.6.4', 'RFC 7662 §2.3'],
    rows: ['jwks-unreachable', 'token-unknown-kid-refresh-failed', 'discovery-issuer-mismatch'],
  },
  'lookup-unavailable': {
    happened:
      'The store in which credentials or accounts are looked up could not be reached within the time limit. Whether the credentials are good is unknown.',
    client: KEEP,
    operator: 'Check the store. Callers are refused as long as it cannot be asked.',
    sections: ['RFC 9110 §15.6.4'],
    rows: ['session-store-unavailable'],
  },
  'fact-unavailable': {
    happened:
      'The caller is known, but a fact on which the decision depends could not be established: a policy decision point or a database did not answer within the time limit. The request is refused, because an unknown fact is not one that holds.',
    client: KEEP,
    operator: 'The explanation of the decision names the fact. Check what its resolver asks.',
    sections: ['RFC 9110 §15.6.4'],
    rows: ['pdp-unreachable'],
  },
  'token-inactive': {
    happened:
      'The identity provider was asked about the token and says that it is not active: revoked, expired, unknown, or not meant for this API. It does not say which, and neither does the answer.',
    client: NEW_TOKEN,
    operator: 'The explanation on the server says no more than the answer does. Ask the identity provider if a token should be active.',
    sections: ['RFC 7662 §2.2', 'RFC 6750 §3.1'],
    rows: ['token-inactive'],
  },
  'token-unbound': {
    happened:
      'The token is bound to no key, but the route or the scheme accepts only tokens that a thief could not use: bound to a key by DPoP or to a client certificate.',
    client: 'Ask the authorization server for a token that is bound to your key or your certificate.',
    operator: 'Check that the authorization server issues bound tokens to this client.',
    sections: ['RFC 9449 §7.1', 'RFC 8705 §3', 'FAPI 2.0 §5.3.4'],
    rows: ['dpop-scheme-unbound-token', 'sender-constraint-required'],
  },
  'token-key-mismatch': {
    happened: 'The proof is good, but it was made with another key than the one that the token is bound to. The token may be a stolen copy.',
    client: 'Use the key that the token was issued for, or ask for a new token with the key that you have.',
    operator: 'One of these may be a client that lost its key; several from one place may be a thief with tokens and without keys.',
    sections: ['RFC 9449 §4.3', 'RFC 9449 §7.1'],
    rows: ['dpop-key-mismatch'],
  },
  'token-certificate-missing': {
    happened: 'The token is bound to a client certificate, and the connection was made without one.',
    client: 'Connect again with the certificate that the token was issued for.',
    operator: 'Check that the server asks for certificates, and that a proxy in front of it passes them on in the field that is configured.',
    sections: ['RFC 8705 §3'],
    rows: ['mtls-certificate-absent'],
  },
  'token-certificate-mismatch': {
    happened: 'The token is bound to a client certificate, and the connection was made with another one. The token may be a stolen copy.',
    client: 'Ask for a new token with the certificate that you use now.',
    operator: 'After a client has changed its certificate this is to be expected once. Otherwise look where the token came from.',
    sections: ['RFC 8705 §3'],
    rows: ['mtls-binding-mismatch'],
  },
  'dpop-proof-missing': {
    happened: 'A token came with the scheme `DPoP` and without a proof in the field `DPoP`.',
    client: 'Send a proof with every request.',
    operator: 'No action is needed. If a client believes that it sends proofs, look whether a proxy in between removes the field `DPoP`.',
    sections: ['RFC 9449 §4.3', 'RFC 9449 §7.1'],
    rows: ['dpop-proof-missing'],
  },
  'dpop-proof-repeated': {
    happened: 'There is more than one `DPoP` field, so it is unclear which proof counts.',
    client: 'Send one proof.',
    operator: 'Look whether a proxy in between adds a field of its own.',
    sections: ['RFC 9449 §4.3'],
    rows: ['dpop-proof-multiple'],
  },
  'dpop-proof-invalid': {
    happened:
      'The proof is no JWT of the type `dpop+jwt` with a public key and all required claims, or its signature does not verify with that key. Which of these, the answer does not say.',
    client: 'Make a new proof, with a new `jti`, for this very request, and repeat the request once. The access token stays as it is.',
    operator: 'The explanation of the decision on the server names the check. A client that fails all the time has a defect.',
    sections: ['RFC 9449 §4.2', 'RFC 9449 §4.3'],
    rows: ['dpop-proof-invalid'],
  },
  'dpop-algorithm-refused': {
    happened: 'The proof is signed with an algorithm that is not in the `algs` of the challenge, with a shared secret, or not at all.',
    client: 'Use a key for one of the algorithms in `algs`.',
    operator: 'Add the algorithm to the scheme if it should be accepted.',
    sections: ['RFC 9449 §4.3', 'RFC 9449 §11.6'],
    rows: ['dpop-alg-not-allowed'],
  },
  'dpop-method-mismatch': {
    happened: 'The claim `htm` of the proof is not the method of the request. Methods are compared letter by letter.',
    client: 'Make a new proof, with a new `jti`, for this very request, and repeat the request once. The access token stays as it is.',
    operator: 'No action is needed, unless something in between changes methods.',
    sections: ['RFC 9449 §4.3'],
    rows: ['dpop-htm-mismatch'],
  },
  'dpop-target-mismatch': {
    happened: 'The claim `htu` of the proof is not the address that this server has for the request, without query and fragment.',
    client: 'Make a new proof, with a new `jti`, for this very request, and repeat the request once. The access token stays as it is.',
    operator: 'Behind a proxy the scheme has to know the public origin: set `origin`. Without it every proof fails.',
    sections: ['RFC 9449 §4.3'],
    rows: ['dpop-htu-mismatch'],
  },
  'dpop-proof-outdated': {
    happened: 'The claim `iat` of the proof is too far in the past or in the future.',
    client:
      'Make a new proof, with a new `jti`, for this very request, and repeat the request once. The access token stays as it is. If that fails as well, the clock of the client is wrong: take the time from the field `Date` of the answer.',
    operator: 'If many clients have wrong clocks, let the scheme ask for nonces instead.',
    sections: ['RFC 9449 §4.3', 'RFC 9449 §11.1'],
    rows: ['dpop-iat-out-of-window'],
  },
  'dpop-proof-replayed': {
    happened: 'A proof with this `jti` was used before, for the same address. It may be a stolen copy of a request.',
    client: 'Make a new proof, with a new `jti`, for this very request, and repeat the request once. The access token stays as it is.',
    operator: 'A client that repeats requests with the same proof has a defect. Otherwise somebody may have read a request.',
    sections: ['RFC 9449 §11.1'],
    rows: ['dpop-jti-replayed'],
  },
  'dpop-token-mismatch': {
    happened: 'The claim `ath` of the proof is missing, or it is not the hash of the token that came with the proof.',
    client: 'Make a new proof, with a new `jti`, for this very request, and repeat the request once. The access token stays as it is.',
    operator: 'No action is needed: a client that fails all the time has a defect.',
    sections: ['RFC 9449 §4.2', 'RFC 9449 §4.3'],
    rows: ['dpop-ath-mismatch'],
  },
  'dpop-nonce-missing': {
    happened: 'This server wants a nonce of its own in proofs, and the proof has none. The nonce is in the field `DPoP-Nonce` of the answer.',
    client: 'Make a new proof with the nonce as its claim `nonce`, and repeat the request once. Keep the nonce for later requests.',
    operator: 'No action is needed: it is the usual answer to the first request of a client.',
    sections: ['RFC 9449 §9', 'RFC 9449 §8.2'],
    rows: ['dpop-nonce-required'],
  },
  'dpop-nonce-stale': {
    happened: 'The nonce in the proof is not a recent one of this server. A new one is in the field `DPoP-Nonce` of the answer.',
    client: 'Make a new proof with the new nonce, and repeat the request once.',
    operator: 'Many of these at once may mean that several servers do not share the secret that their nonces are made with.',
    sections: ['RFC 9449 §8', 'RFC 9449 §9'],
    rows: ['dpop-nonce-stale'],
  },
  'nonce-stale': {
    happened: 'The response was computed with a nonce that has expired. The challenge says `stale=true` and has a new one.',
    client: 'Compute the response again with the new nonce and the same password, without asking anybody.',
    operator: 'No action is needed. Many of these from one client may mean that several servers do not share the secret of their nonces.',
    sections: ['RFC 7616 §3.3', 'RFC 7616 §3.6'],
    rows: ['digest-stale-nonce'],
  },
  'nonce-replayed': {
    happened: 'The count `nc` was used before with this nonce, so the request may be a copy of an earlier one.',
    client: 'Compute the response again with the new nonce and the same password, without asking anybody.',
    operator: 'A client that does not count has a defect. Otherwise somebody may have read a request.',
    sections: ['RFC 7616 §3.4', 'RFC 7616 §5.5'],
    rows: ['digest-replay'],
  },
  'session-ended': {
    happened:
      'The cookie names a session that is over: it was idle for too long, reached its end, was ended by a logout, or cannot be read. The answer removes the cookie.',
    client: 'Log in again.',
    operator: 'The explanation of the decision on the server says which. After a change of the secret all sessions are over.',
    sections: ['RFC 9110 §15.5.2', 'RFC 6265 §5.3'],
    rows: ['session-expired-api'],
  },
  'signature-missing': {
    happened: 'The request has to be signed (RFC 9421) and is not. The field `Accept-Signature` of the answer says what to sign.',
    client: 'Sign the components that `Accept-Signature` names, and repeat the request once.',
    operator: 'No action is needed for a first request of a client.',
    sections: ['RFC 9421 §5', 'RFC 9110 §15.5.2'],
    rows: ['http-signature-missing'],
  },
  'signature-invalid': {
    happened: 'The signature cannot be read, was made with another algorithm than the key is for, or does not verify.',
    client: 'Sign the request anew, as `Accept-Signature` says, and repeat it once.',
    operator: 'The explanation of the decision on the server names the check. A proxy that changes a signed field or the target is a common cause.',
    sections: ['RFC 9421 §3.2'],
    rows: ['http-signature-invalid'],
  },
  'signature-key-unknown': {
    happened: 'The key that `keyid` names is not known here, or not trusted.',
    client: 'Use a key that this server knows.',
    operator: 'Add the key if it should be known.',
    sections: ['RFC 9421 §3.2', 'RFC 9421 §3.2.1'],
    rows: [],
  },
  'signature-outdated': {
    happened: 'The signature has expired, or was made too long ago or in the future.',
    client: 'Sign the request anew, as `Accept-Signature` says, and repeat it once.',
    operator: 'If a client fails all the time, its clock is wrong.',
    sections: ['RFC 9421 §3.2.1'],
    rows: [],
  },
  'signature-replayed': {
    happened: 'The `nonce` of the signature was used before.',
    client: 'Sign the request anew, as `Accept-Signature` says, and repeat it once.',
    operator: 'A client that repeats requests with the same signature has a defect. Otherwise somebody may have read a request.',
    sections: ['RFC 9421 §3.2.1', 'RFC 9421 §7.2.2'],
    rows: [],
  },
  'signature-coverage': {
    happened: 'The signature is good, but it leaves out a component, or a parameter such as `created` or `tag`, that has to be signed here.',
    client: 'Sign the components that `Accept-Signature` names, and repeat the request once.',
    operator: 'No action is needed.',
    sections: ['RFC 9421 §3.2.1', 'RFC 9421 §7.2.1'],
    rows: ['http-signature-coverage'],
  },
  'authorization-details-missing': {
    happened: 'The token was accepted, but its `authorization_details` do not cover what was asked for.',
    client: 'Ask for a token whose authorization details cover the request.',
    operator: 'No action is needed; the explanation of the decision names the fact that did not hold.',
    sections: ['RFC 9396 §7', 'RFC 6750 §3.1'],
    rows: ['authorization-details-insufficient'],
  },
  'client-certificate-missing': {
    happened:
      'The only way to be known here is a client certificate, and the connection was made without one. HTTP has no challenge for certificates, so the answer is not 401.',
    client: 'Connect again with a certificate.',
    operator: 'Check that the server asks for certificates, and that a proxy in front of it passes them on in the field that is configured.',
    sections: ['RFC 9110 §11.4', 'RFC 9440 §2.4'],
    rows: ['client-certificate-required'],
  },
  'client-certificate-refused': {
    happened: 'The certificate is good for TLS, but its subject is not known here, its issuer is not trusted, or it was withdrawn.',
    client: 'Stop. Another request with the same certificate gets the same answer.',
    operator: 'Map the subject or the alternative names of the certificate to a principal if it should be accepted.',
    sections: ['RFC 9440 §2.4'],
    rows: ['client-certificate-unacceptable'],
  },
  'cross-site-request': {
    happened: 'The credentials came without the caller’s doing, as a browser sends cookies, and nothing shows that a page of this site made the request.',
    client: 'Reload the page, which gives it a new token, and send the form again.',
    operator:
      'If the page is your own, let it send the anti-forgery token, or name its origin in the options of the session. Several of these may be an attack on a person who is logged in.',
    sections: ['RFC 9110 §15.5.4', 'RFC 6265 §8.2'],
    rows: ['csrf-failed'],
  },
  'digest-target-mismatch': {
    happened: 'The `uri` in the credentials names another resource than the request does. It may be a copy of another request.',
    client: 'Compute the response for the target of this request.',
    operator: 'Look whether a proxy in between rewrites targets. Otherwise it may be an attack.',
    sections: ['RFC 7616 §3.4.6'],
    rows: ['digest-uri-mismatch'],
  },
  'content-digest-mismatch': {
    happened: 'The content that arrived is not the content that `Content-Digest` was computed over.',
    client: 'Compute the digest over the bytes that are sent, after any coding. Repeat the request once if the network may have damaged it.',
    operator: 'Look whether a proxy in between changes content.',
    sections: ['RFC 9530 §2'],
    rows: ['content-digest-mismatch'],
  },
  'content-too-large': {
    happened:
      'The content has to be read before the request can be judged, because a digest or a signature covers it or credentials may be in it, and it is longer than the limit for that.',
    client: 'Send less, or send the credentials in another way.',
    operator: 'Raise the limit of the scheme if requests of this size are to be expected; the content is kept in memory while it is checked.',
    sections: ['RFC 9110 §15.5.14'],
    rows: [],
  },
  'introspection-unavailable': {
    happened:
      'The identity provider could not be asked about the token: it did not answer in time, failed, or answered something that is no introspection response. Whether the token is good is unknown.',
    client: KEEP,
    operator: 'Check from this server that the introspection endpoint answers within the time limit, with JSON and a boolean `active`.',
    sections: ['RFC 9110 §15.6.4', 'RFC 7662 §2.3'],
    rows: ['introspection-unavailable', 'introspection-malformed'],
  },
  'replay-store-unavailable': {
    happened: 'The store that remembers which proofs were used cannot be reached. Whether this one is new is unknown, so it is refused.',
    client: KEEP,
    operator: 'Check the store. Callers are refused as long as it cannot be asked.',
    sections: ['RFC 9110 §15.6.4'],
    rows: ['replay-store-unavailable'],
  },
  'introspection-refused': {
    happened: 'The identity provider did not accept the credentials of this server when it asked about the token. The caller is not at fault.',
    client: 'Stop. Nothing that a client sends changes this.',
    operator: 'Check the client id and the secret or key that this server introspects with.',
    sections: ['RFC 7662 §2.3'],
    rows: ['introspection-refuses-us'],
  },
  misconfigured: {
    happened:
      'Access control on this server is configured in a way that allows no decision, for example a requirement for a scheme that is not set up, or an identity provider that refuses this server itself. The handler did not run.',
    client: 'Stop. Nothing that a client sends changes this.',
    operator:
      'The log names what is wrong. Most of these are found when the guard is built; what remains depends on other servers, such as wrong credentials for introspection.',
    sections: ['RFC 9110 §15.6.1'],
    rows: ['access-control-misconfigured', 'pdp-rejects-us', 'forward-auth-no-original'],
  },
  'internal-error': {
    happened: 'The code that decides about access failed in an unexpected way. The handler did not run, and the answer carries no details.',
    client: 'Stop. Report the `decision_id` to the operator of the server.',
    operator: 'Find the error in the log by the `decision_id`, and report it if it lies in this library.',
    sections: ['RFC 9110 §15.6.1'],
    rows: ['guard-internal-error'],
  },
}
