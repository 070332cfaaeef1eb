import { nobodyRefusedAs } from './refused-as.ts'

/** Finds redirects to a login page for programs. */
export const authRedirect = nobodyRefusedAs('AUTH-REDIRECT', {
  told: 'sent to a login page, though JSON was asked for',
  is: ({ observed }) => observed.class === 'redirect-login',
  severity: ({ config }) => (config.profile === 'session-app' ? 'info' : undefined),
})
