import { testModelSeeds } from './seeds'

testModelSeeds(3)
