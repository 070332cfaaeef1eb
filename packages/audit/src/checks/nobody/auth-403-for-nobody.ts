import { nobodyRefusedAs } from './refused-as.ts'

/** Finds 403 where nobody has said who they are. */
export const auth403ForNobody = nobodyRefusedAs('AUTH-403-FOR-NOBODY', {
  told: 'told 403, as if known',
  is: ({ observed }) => observed.class === 'denied-authz',
  severity: ({ config }) => (config.profile === 'headless-cms' ? 'info' : undefined),
})
