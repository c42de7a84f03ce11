import { testSeeds } from './seeds'

testSeeds(0)
