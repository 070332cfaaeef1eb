import { strangerRefusedAs } from './refused-as.ts'

/** Finds 405 where a known caller should be refused. */
export const deny405 = strangerRefusedAs('DENY-405', {
  told: 'told that there is no such method, which there is for those who may',
  is: ({ observed }) => observed.exchange.response?.status === METHOD_NOT_ALLOWED,
})

/** RFC 9110 section 15.5.6. */
const METHOD_NOT_ALLOWED = 405
