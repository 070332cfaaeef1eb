export { accessMatrix, AccessMatrixError, type AccessMatrix, type Persona } from './access-matrix.ts'
export { testIssuer, type TestIssuer, type TokenClaims } from './issuer.ts'
export { request } from './request.ts'
