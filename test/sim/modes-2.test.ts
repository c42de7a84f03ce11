import { testModes } from './modes'

testModes(1)
