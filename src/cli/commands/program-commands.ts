import type { Command } from '../command.ts';

/** Programs that run until they are told to stop, and the CNI plugin. They read their own command lines. */
export const programCommands: readonly Command[] = [
  {
    name: 'agent',
    usage: 'agent [OPTIONS]',
    summary: 'The node daemon',
    local: true,
    options: {
      kubeconfig: { value: 'FILE', help: 'how to reach the API server', complete: 'file' },
      node: { value: 'NAME', help: "this node's name (NODENAME, else the host name in lower case)" },
      backend: {
        value: 'NAME',
        help: 'who writes routes without encapsulation: none, bird or vxlan',
        complete: ['none', 'bird', 'vxlan'],
      },
      'run-directory': { value: 'DIR', help: 'socket and endpoint records (/run/weft)', complete: 'file' },
      'state-directory': { value: 'DIR', help: 'files mtu and nodename (/var/lib/calico)', complete: 'file' },
      'cni-config-directory': { value: 'DIR', help: 'where the CNI configuration is written', complete: 'file' },
      'cni-plugin-directory': { value: 'DIR', help: 'where CNI plugins are installed', complete: 'file' },
      'health-port': { value: 'PORT', help: '/liveness, /readiness, /debug/* on 127.0.0.1 (9099)' },
      'metrics-port': { value: 'PORT', help: '/metrics (9091)' },
      'bird-config': {
        value: 'FILE',
        help: 'configuration of BIRD (/etc/calico/confd/config/bird.cfg)',
        complete: 'file',
      },
      'bird-socket': { value: 'PATH', help: 'control socket of BIRD (/run/calico/bird.ctl)', complete: 'file' },
      'log-level': { value: 'LEVEL', help: 'debug, info, warn or error', complete: ['debug', 'info', 'warn', 'error'] },
    },
    examples: [
      ['agent --kubeconfig /etc/weft/kubeconfig', 'as a service of a node does it'],
      ['agent --node node1 --log-level debug', 'under another name, telling everything'],
    ],
  },
  {
    name: 'bird',
    usage: 'bird [OPTIONS]',
    summary: 'The BGP daemon, BIRD 2',
    description: 'What the unit of BIRD runs. Writes a first configuration when there is none; the agent replaces it.',
    local: true,
    options: {
      config: {
        short: 'c',
        value: 'FILE',
        help: 'configuration (/etc/calico/confd/config/bird.cfg)',
        complete: 'file',
      },
      socket: { short: 's', value: 'FILE', help: 'control socket (/run/calico/bird.ctl)', complete: 'file' },
    },
    examples: [
      ['bird', 'as a service of a node does it, before the agent'],
      ['bird -c /tmp/bird.cfg -s /tmp/bird.ctl', 'beside another BIRD'],
    ],
  },
  {
    name: 'cni',
    usage: 'cni',
    summary: 'The CNI plugin',
    description:
      'Container runtimes run it, with CNI_COMMAND in the environment and a configuration on standard input.',
    local: true,
    examples: [
      ['cni', 'what a runtime does, with CNI_COMMAND=VERSION in the environment'],
      ['cni < /etc/cni/net.d/10-calico.conflist', 'and what it gives it'],
    ],
  },
  {
    name: 'controllers',
    usage: 'controllers [OPTIONS]',
    summary: 'The cluster controllers',
    local: true,
    options: {
      kubeconfig: { value: 'FILE', help: 'how to reach the API server', complete: 'file' },
      context: { value: 'NAME', help: 'context of the kubeconfig', complete: 'context' },
      lab: { help: 'also deployments, endpoints, scheduling: what a cluster without other controllers needs' },
      'leak-grace-period': { value: 'TIME', help: 'how long an address looks leaked before it is released (15m)' },
      'log-level': { value: 'LEVEL', help: 'debug, info, warn or error', complete: ['debug', 'info', 'warn', 'error'] },
    },
    examples: [
      ['controllers --kubeconfig /etc/weft/kubeconfig', 'as a Deployment does it'],
      ['controllers --lab --leak-grace-period 1m', 'for a cluster that has no others'],
    ],
  },
  {
    name: 'apiserver',
    usage: 'apiserver --data FILE [--listen ADDRESS:PORT]... [--unix PATH] [OPTIONS]',
    summary: 'The API server of labs',
    description: 'Serves the Kubernetes API from one file. For labs and tests; in production use kube-apiserver.',
    local: true,
    options: {
      data: { value: 'FILE', help: 'database file, made when missing', complete: 'file' },
      listen: { value: 'ADDRESS:PORT', multiple: true, help: 'TLS listener, client certificates required' },
      'tls-cert': { value: 'FILE', help: 'certificate of the server (PEM)', complete: 'file' },
      'tls-key': { value: 'FILE', help: 'its private key (PEM)', complete: 'file' },
      'client-ca': { value: 'FILE', help: 'authority that client certificates must come from (PEM)', complete: 'file' },
      'kubelet-sockets': {
        value: 'DIR',
        help: 'kubelets listen on DIR/NODE.sock: serves exec, attach, logs and port-forward',
        complete: 'file',
      },
      unix: {
        value: 'PATH',
        help: 'plain HTTP on a unix socket, whoever may open it is administrator',
        complete: 'file',
      },
      advertise: { value: 'ADDRESS:PORT', help: 'where pods reach this server: makes the Service "kubernetes"' },
      'service-cidr': {
        value: 'CIDR',
        multiple: true,
        help: 'range of Service addresses (10.96.0.0/12); one per family',
      },
    },
    examples: [
      ['apiserver --data /tmp/api.db --unix /tmp/api.sock', 'a server for experiments'],
      [
        'apiserver --data api.db --listen 127.0.0.1:6443 --tls-cert s.crt --tls-key s.key --client-ca ca.crt',
        'for users with certificates',
      ],
    ],
  },
];
