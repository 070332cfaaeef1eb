import { launch } from '@countersign/example-kit/launch'

launch('gateway', () => import('./program.ts'))
