import { find, isMap, isOn, items, type Located } from '../located.ts'
import type { Source } from '../source.ts'

/** Certificates of callers: they come from one place, and where they are the only authentication somebody vouches for them. */
export function checkCertificates(root: Located, source: Source): void {
  const own = find(root, ['listen', 'tls', 'clientCertificates'])
  const forwarded = find(root, ['network', 'clientCertificates'])
  if (own !== undefined && forwarded !== undefined)
    source.error(forwarded.key ?? forwarded.start, {
      code: 'given-twice',
      message: '`listen.tls.clientCertificates` and `network.clientCertificates` are both given',
      hint: 'keep the one for where the connections of callers end: here, or at a proxy',
    })
  if (isMap(forwarded)) checkForwarded(forwarded, root, source)
  const scheme = find(root, ['schemes', 'clientCertificate'])
  if (!isMap(scheme)) return
  checkVouching({ scheme, own, forwarded }, source)
  checkHolders(scheme, source)
}

function checkForwarded(forwarded: Located, root: Located, source: Source): void {
  const at = forwarded.key ?? forwarded.start
  if (find(root, ['forwardAuth']) !== undefined)
    source.error(at, {
      code: 'certificates-of-others',
      message:
        '`network.clientCertificates` and `forwardAuth` are both there, whose proxies pass on what callers say, so that anybody could write a certificate',
      hint: 'take one of them away, or run a gateway for each',
    })
  if (items(find(root, ['network', 'trustedProxies'])).length === 0)
    source.error(at, {
      code: 'no-proxies',
      message: '`clientCertificates` come from proxies, and `trustedProxies` names none',
      hint: 'name the addresses of your proxies in `network.trustedProxies`: from everybody else the field is ignored',
    })
  if (forwarded.members.get('form')?.value === 'nginx' && !forwarded.members.has('field'))
    source.error(at, {
      code: 'no-field',
      message: '`clientCertificates` in the form of nginx have no `field`, and nginx has no name of its own for it',
      hint: 'pass the name that `proxy_set_header` gives it, such as `X-SSL-Cert`',
    })
}

interface Sides {
  readonly scheme: Located
  readonly own: Located | undefined
  readonly forwarded: Located | undefined
}

/** For bound tokens the issuer is of no importance; here it is all there is. */
function checkVouching({ scheme, own, forwarded }: Sides, source: Source): void {
  const at = scheme.key ?? scheme.start
  if (own === undefined && forwarded === undefined)
    source.error(at, {
      code: 'no-certificates',
      message: '`schemes.clientCertificate` has no certificates to look at',
      hint: 'ask for them with `listen.tls.clientCertificates`, or take them from a proxy with `network.clientCertificates`',
    })
  else if (own !== undefined ? !own.members.has('ca') : !isOn(forwarded?.members.get('verifiedByProxy'))) {
    const hint = own === undefined ? 'set `verifiedByProxy: true` if your proxies do; otherwise anybody could make one' : 'name the authorities under `ca`'
    source.error(at, { code: 'unverified-certificates', message: 'nobody verifies the certificates of `schemes.clientCertificate`', hint })
  }
}

const MARKS = ['name', 'altName', 'thumbprint']

function checkHolders(scheme: Located, source: Source): void {
  const holders = items(scheme.members.get('holders'))
  if (holders.length === 0 && !scheme.members.has('subjectFrom'))
    source.error(scheme.key ?? scheme.start, {
      code: 'no-holders',
      message: '`schemes.clientCertificate` has neither `holders` nor `subjectFrom`, so every certificate would be refused',
      hint: 'say whom a certificate stands for, such as `holders: [{ name: CN=shop, subject: shop }]`',
    })
  for (const holder of holders) {
    if (!isMap(holder) || MARKS.some((mark) => items(holder.members.get(mark)).length > 0)) continue
    source.error(holder.start, {
      code: 'holder-without-mark',
      message: 'this holder has neither `name` nor `altName` nor `thumbprint`',
      hint: 'pass one of them, such as `name: CN=shop`',
    })
  }
}
