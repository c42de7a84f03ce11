import { mount } from '../../src/renderer/app'
import { createFakeApi, type Scenario } from './api'

const query = new URLSearchParams(window.location.search)
mount(
  createFakeApi(
    (query.get('scenario') ?? 'start') as Scenario,
    query.get('theme') === 'light' ? 'light' : 'dark',
  ),
)
