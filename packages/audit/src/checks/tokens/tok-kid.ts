import { forgeryCheck } from './forgery.ts'
import { hmacToken } from './jws.ts'

/** Sends tokens whose key id leads to a key that everybody knows. None of them changes anything, if it is taken for a path or a query. */
export const tokKid = forgeryCheck('TOK-KID', {
  risk: 88,
  sends: 'with tokens whose `kid` is a path or a piece of a query',
  forge: ({ header, claims }) => [
    ...['/dev/null', '../../../../../../../../dev/null'].map((kid) => ({
      name: `a token whose \`kid\` is the path of an empty file`,
      token: hmacToken({ ...header, alg: 'HS256', kid }, claims, ''),
    })),
    {
      name: 'a token whose `kid` makes a query answer a known key',
      token: hmacToken({ ...header, alg: 'HS256', kid: "x' UNION SELECT 'countersign'-- -" }, claims, 'countersign'),
    },
  ],
})
