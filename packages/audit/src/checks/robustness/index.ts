import type { Check } from '../../check.ts'
import { rob500 } from './rob-500.ts'
import { robCrash } from './rob-crash.ts'
import { robHang } from './rob-hang.ts'
import { robStack } from './rob-stack.ts'

export const robustnessChecks: readonly Check[] = [rob500, robCrash, robHang, robStack]
