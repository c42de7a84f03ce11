import { testModelSeeds } from './seeds'

testModelSeeds(2)
