import type { Check } from '../../check.ts'
import { robCrash } from './rob-crash.ts'
import { robHang } from './rob-hang.ts'
import { robStack } from './rob-stack.ts'

export const robustnessChecks: readonly Check[] = [robCrash, robHang, robStack]
