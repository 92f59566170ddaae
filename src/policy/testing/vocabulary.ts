/**
 * The few words that random clusters are made of. Few on purpose: what is drawn at random from them meets often.
 */
export const vocabulary = {
  namespaces: ['blue', 'green', 'red'],
  /** Labels of pods, network sets and host endpoints. */
  labels: { app: ['a', 'b'], role: ['x', 'y'] },
  /** Labels of namespaces and service accounts. */
  ownerLabels: { team: ['t', 'u'], env: ['prod'] },
  serviceAccounts: ['human', 'robot'],
  portNames: ['http', 'dns'],
  /** As policies write them. */
  ports: [80, 81, 443, 53, '79:81', '8000:8010', '8000:8100', '1:65535', '443:443'],
  /** Ports that policies name, and their neighbours. */
  packetPorts: [80, 53, 81, 443, 79, 82, 8000, 8010, 8011, 8050, 8100, 8101, 7999, 1, 65535, 1234],
  nets: {
    4: ['10.0.0.0/24', '10.0.0.0/30', '10.0.0.2/32', '10.0.0.4/30', '192.0.2.0/24', '192.0.2.128/25', '192.0.2.7/32'],
    6: ['fd00::/64', 'fd00::/126', 'fd00::2/128', 'fd00::4/126', '2001:db8::/32', '2001:db8:0:1::/64'],
  },
  /** Networks that hold everything; not to be negated. */
  everything: { 4: '0.0.0.0/0', 6: '::/0' },
  /** Of nobody in the cluster; some of them in the networks above. */
  outside: ['192.0.2.7', '192.0.2.200', '198.51.100.9', '2001:db8::7', '2001:db8:0:1::9', '2001:db9::1'],
  tiers: ['first', 'second'],
  /** That policies name and that is not there. */
  missingTier: 'missing',
} as const;
