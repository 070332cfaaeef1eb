import * as v from 'valibot'
import { list, members, oneOrMany } from './complaint.ts'
import { fieldName, filePath, words } from './names.ts'
import { grants, origin } from './scheme-values.ts'
import { choice, flag, text } from './values.ts'

/** Certificates of callers: where they come from, and whom they stand for. */

/** Of `listen.tls`. */
export const listenCertificates = members(
  'Asks callers for a certificate, and serves those who have none as well. Tokens may be bound to it (RFC 8705); with `schemes.clientCertificate` it is enough by itself.',
  {
    ca: v.optional(filePath('The certificate authorities of callers, in PEM. Without it no issuer is trusted, which is enough for bound tokens.')),
  },
)

/** Of the doors of `forwardAuth`: these certificates stand for nobody, and only say who may ask. */
export const peerCertificates = members('Answers only proxies that have a certificate of these authorities.', {
  ca: filePath('The certificate authorities of the proxies, in PEM. One of your own, that signs for nobody else.'),
})

/** Of `network`. */
export const forwardedCertificates = members('Takes the certificates of callers from a field that the proxies in `trustedProxies` write (RFC 9440).', {
  form: choice(
    'How it is written: as in RFC 9440 (`Client-Cert`), as `$ssl_client_escaped_cert` of nginx, or as `Cert` in `X-Forwarded-Client-Cert` of Envoy.',
    ['client-cert', 'nginx', 'envoy'],
  ),
  field: v.optional(fieldName('The name of the field, where it is not that of the form. nginx has none of its own.')),
  verifiedByProxy: v.optional(
    flag('Whether the proxies pass on only certificates whose issuer they trust. Needed for `schemes.clientCertificate`, not for bound tokens.'),
    false,
  ),
})

const holder = members('Whom a certificate stands for. All of `name`, `altName` and `thumbprint` that are given must fit; one must be.', {
  name: v.optional(
    oneOrMany(
      'The attributes of its subject, all of them and in their order, such as `[O=Example, CN=shop]`.',
      text({
        about: '',
        accepted: 'an attribute such as `CN=shop`',
        test: (input) => /^[A-Za-z][\w.-]{0,63}=[^\p{Cc}]{1,1000}$/u.test(input),
      }),
    ),
  ),
  altName: v.optional(
    text({
      about: 'One of its alternative names, with its kind in front.',
      accepted: 'an alternative name such as `DNS:shop.example`, `URI:spiffe://example/shop`, `email:shop@example.com` or `IP Address:192.0.2.7`',
      test: (input) => /^(?:DNS|URI|email|IP Address):[^\p{Cc}]{1,1000}$/u.test(input),
    }),
  ),
  thumbprint: v.optional(
    text({
      about: 'SHA-256 of it, as in `x5t#S256`.',
      accepted: 'the SHA-256 of a certificate in base64url, 43 characters',
      test: (input) => /^[\w-]{43}$/.test(input),
    }),
  ),
  subject: words('The name of the holder.', 'the name of the holder'),
  ...grants,
})

export const clientCertificate = members(
  'Client certificates as the only authentication. They come from `listen.tls.clientCertificates` or from `network.clientCertificates`.',
  {
    holders: v.optional(list('Whose certificates are accepted; the first that fits.', holder), []),
    subjectFrom: v.optional(
      choice('Accepts every other certificate of a trusted issuer as well, under this name of it. It must have exactly one of the kind.', [
        'commonName',
        'dns',
        'email',
        'uri',
      ]),
    ),
    origins: v.optional(
      list('Origins, beside that of the request, whose pages may change something with the certificate of a browser.', origin('https://app.example')),
      [],
    ),
  },
)
