/** Whether a parameter says which tenant is meant. */
export function isTenant(name: string): boolean {
  return /^(x-)?(tenant|org|organi[sz]ation|workspace|company)([-_]?(id|name|key|slug))?$/i.test(name)
}
