import { testModelSeeds } from './seeds'

testModelSeeds(0)
