import { testModes } from './modes'

testModes(0)
