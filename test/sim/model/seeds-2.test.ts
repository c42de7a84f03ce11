import { testModelSeeds } from './seeds'

testModelSeeds(1)
