import { launch } from '@countersign/example-kit/launch'

launch('sessions', () => import('./program.ts'))
