import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ipPools, pods } from '../../src/api/kinds.ts';
import { assertMeshStands } from './support/bgp.ts';
import { findKubectls } from './support/kubectl.ts';
import { ipOf, LabFixture, runWeft, until } from './support/lab-fixture.ts';

// The commands of the documents this project began with, typed on the master as they stand there. kubectl is Debian's,
// about as old as the documents'.

let lab: LabFixture;
before(async () => {
  lab = await LabFixture.start('session', '--mode', 'ipip');
});
after(() => lab?.stop());

const [debian] = findKubectls();
const examples = fileURLToPath(new URL('../../examples', import.meta.url));

/** Types a line into a shell on the master; it must succeed. */
async function type(line: string, status = 0): Promise<string> {
  const path = `PATH=${dirname(debian?.path ?? '')}:$PATH`;
  const typed = await runWeft('lab', 'exec', 'master', '--name', lab.name, '--', 'sh', '-c', `${path}; ${line}`);
  assert.equal(typed.status, status, `${line}\n${typed.stdout}${typed.stderr}`);
  return typed.stdout;
}

test('kubectl get nodes -o wide', async () => {
  const text = await type('kubectl get nodes -o wide');
  const columns =
    'NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME';
  assert.match(text, new RegExp(`^${columns}\n`));
  for (const [name, ip] of [
    ['master', '192.168.122.20'],
    ['node1', '192.168.122.21'],
    ['node2', '192.168.122.22'],
  ]) {
    assert.match(text, new RegExp(`^${name} +Ready +\\S+ +\\S+ +v1\\.\\S+ +${ip} +<none> +\\S.*$`, 'm'));
  }
});

test('kubectl apply -f nginx.yaml, twice; get pod -o wide; exec -it POD bash; ping -c1', async () => {
  for (const name of ['nginx', 'nginx1']) {
    const said = (verb: string) => `deployment.apps/${name} ${verb}\nservice/${name} ${verb}\n`;
    assert.equal(await type(`kubectl apply -f ${examples}/${name}.yaml`), said('created'));
    assert.equal(await type(`kubectl apply -f ${examples}/${name}.yaml`), said('unchanged'));
  }
  await type(
    'kubectl rollout status deployment/nginx --timeout=20s && kubectl rollout status deployment/nginx1 --timeout=20s',
  );
  const text = await type('kubectl get pod -o wide');
  assert.match(text, /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n/);
  const rows = [...text.matchAll(/^(nginx1?-\S+) +1\/1 +Running +0 +\S+ +(10\.24\.\S+) +(node\d) +<none> +<none>$/gm)];
  assert.equal(rows.length, 2, text);
  const [from, to] = rows.map(([, name = '', ip = '', node = '']) => ({ name, ip, node }));
  assert.ok(from !== undefined && to !== undefined && from.node !== to.node, text);
  // The terminal is a real one: `script` makes it.
  const typed = `printf 'hostname\\nping ${to.ip} -c1\\nexit\\n' | script -qefc 'kubectl exec -it ${from.name} bash' /dev/null`;
  const session = await type(typed);
  assert.match(session, new RegExp(`${from.name}\r?\n`));
  assert.match(session, new RegExp(`64 bytes from ${to.ip}: icmp_seq=1 ttl=62 `));
});

test('kubectl get svc, kubectl get endpoints', async () => {
  assert.match(await type('kubectl get svc nginx'), /^nginx +ClusterIP +10\.\S+ +<none> +3306\/TCP +\S+$/m);
  const { items } = await lab.cluster.list(pods, { labelSelector: 'name=nginx' });
  const addresses = items.map((pod) => `${ipOf(pod)}:80`).toSorted();
  await until('endpoints of both pods', async () => {
    const text = await type('kubectl get endpoints nginx');
    return addresses.every((address) => text.includes(address)) ? text : undefined;
  });
});

test('calicoctl node status: the mesh, in the words of the documents', async () => {
  await assertMeshStands(lab, 'master');
});

test('calicoctl get ipPool --export -o yaml > pool.yaml, edit, replace: the running cluster switches', async () => {
  const file = '/run/weft/pool.yaml';
  await type(`calicoctl get ipPool --export -o yaml > ${file}`);
  const document = await type(`cat ${file}`);
  assert.match(
    document,
    /^apiVersion: projectcalico\.org\/v3\nitems:\n- apiVersion: projectcalico\.org\/v3\n {2}kind: IPPool\n/,
  );
  assert.match(document, /^kind: IPPoolList$/m);
  assert.match(document, /^ {4}ipipMode: Always$/m);
  await type(`sed -i 's/ipipMode: Always/ipipMode: Never/' ${file}`);
  assert.equal(await type(`calicoctl replace -f ${file}`), "Successfully replaced 1 'IPPool' resource(s)\n");
  assert.equal((await lab.cluster.get(ipPools, 'default-ipv4-ippool'))?.spec.ipipMode, 'Never');
  await until('routes beside the tunnel', async () => {
    const routes = await lab.on('node1', 'ip', 'route');
    return /^10\.24\.\S+\/26 via 192\.168\.122\.\d+ dev eth0/m.test(routes) ? routes : undefined;
  });
});
