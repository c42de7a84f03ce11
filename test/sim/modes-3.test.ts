import { testModes } from './modes'

testModes(2)
