import { createLocation } from './location.ts'
import { storeSuite } from './suite.ts'

storeSuite('the embedded store', createLocation)
