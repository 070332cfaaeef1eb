import { launch } from '@countersign/example-kit/launch'

launch('quickstart', () => import('./program.ts'))
