import { expect, test } from 'vitest'
import { admitTarget, objectionTo } from '../../src/target/admit.ts'

test('loopback and private addresses are ours, others are not', () => {
  const ours = ['127.0.0.1', '127.8.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '::1', 'fd00::1', 'fe80::1', '::ffff:127.0.0.1']
  const others = ['8.8.8.8', '172.32.0.1', '192.169.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '2001:db8::1', '::ffff:8.8.8.8', '::']
  expect(ours.filter((address) => objectionTo('host', [address]) !== undefined)).toEqual([])
  expect(others.filter((address) => objectionTo('host', [address]) === undefined)).toEqual([])
})

test('one foreign address among several is enough', () => {
  expect(objectionTo('orders', ['10.0.0.1', '203.0.113.7'])).toBe('`orders` has the address 203.0.113.7, which is neither loopback nor private')
})

test('names of production systems are refused, also at private addresses; words that only contain them are not', () => {
  const production = ['prod.orders.example', 'orders-prod', 'api.production.example', 'live.orders', 'orders_prod1', 'db-prd']
  const others = ['products.example', 'delivery', 'staging.orders.example', 'reproduction', 'olive.example']
  expect(production.filter((name) => objectionTo(name, ['10.0.0.1']) === undefined)).toEqual([])
  expect(others.filter((name) => objectionTo(name, ['10.0.0.1']) !== undefined)).toEqual([])
})

test('who repeats the host name may, and a consent for another host is none', async () => {
  await expect(admitTarget('http://203.0.113.7:81/v1', undefined)).rejects.toMatchObject({
    name: 'AuditRefused',
    exitCode: 2,
    hint: 'if it is yours and may be probed, repeat its name: `--i-own 203.0.113.7`',
  })
  await expect(admitTarget('http://203.0.113.7/', '203.0.113.8')).rejects.toThrow('the consent names `203.0.113.8`')
  expect(await admitTarget('https://203.0.113.7:81/v1', '203.0.113.7')).toEqual({
    protocol: 'https:',
    hostname: '203.0.113.7',
    port: 81,
    addresses: ['203.0.113.7'],
  })
})

test('a name is looked up once, and the addresses go with the origin', async () => {
  const { addresses, ...origin } = await admitTarget('http://localhost', undefined)
  expect([origin, addresses.every((address) => address === '127.0.0.1' || address === '::1'), addresses.length > 0]).toEqual([
    { protocol: 'http:', hostname: 'localhost', port: 80 },
    true,
    true,
  ])
})

test('other addresses are no targets', async () => {
  for (const target of ['orders', 'ftp://localhost', 'http://user:pass@localhost', 'http://localhost/?a=b'])
    await expect(admitTarget(target, undefined)).rejects.toMatchObject({ name: 'AuditRefused', exitCode: 2 })
})
