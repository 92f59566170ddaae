import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { labDirectory } from '../../src/lab/directory.ts';
import { findKubectls, Kubectl } from './support/kubectl.ts';
import { LabFixture } from './support/lab-fixture.ts';

// One script for every kubectl: the commands people type, in the order somebody might. Nothing is passed that a
// kube-apiserver would not need, no `--validate=false` in particular.

let lab: LabFixture;
before(async () => {
  lab = await LabFixture.start('kubectl');
});
after(() => lab?.stop());

const manifest = (image: string, replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: web
        image: ${image}
        ports:
        - containerPort: 80
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - port: 8080
    targetPort: 80
`;

const podManifest = (name: string) => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels: {job: shell}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: debian
    command: [sh, -c, 'echo started; while :; do sleep 0.1; done']
`;

const policyManifest = (order: number) => `
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: peers
spec:
  order: ${order}
  selector: app == 'web'
`;

/** One NetworkPolicy of each group. */
const policies = `
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: allow-tcp-80
spec:
  order: 5
  selector: app == 'nginx'
  ingress:
  - action: Allow
    protocol: TCP
    source: {selector: role == 'pod1'}
    destination: {ports: [80]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: from-web
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from:
    - podSelector: {matchLabels: {app: web}}
    ports:
    - {port: 80, protocol: TCP}
`;

/** Every topic of the script, in its order: later ones use what earlier ones made. */
const script: Readonly<Record<string, (kubectl: Kubectl) => Promise<void>>> = {
  'discovery: api-versions, api-resources, cluster-info, version, raw health': async (kubectl) => {
    const versions = await kubectl.type('api-versions');
    for (const one of ['apps/v1', 'projectcalico.org/v3', 'v1']) assert.match(versions, new RegExp(`^${one}$`, 'm'));
    const resources = await kubectl.type('api-resources');
    assert.match(resources, /^pods +po +v1 +true +Pod$/m);
    assert.match(resources, /^deployments +deploy +apps\/v1 +true +Deployment$/m);
    assert.match(resources, /^ippools +projectcalico\.org\/v3 +false +IPPool$/m);
    assert.match(await kubectl.type('api-resources --namespaced=false -o name'), /^nodes$/m);
    assert.match(await kubectl.type('api-resources -o wide --api-group=apps'), /deployments .*(\[|,)?create/);
    assert.match(await kubectl.type('cluster-info'), /is running at \S*https:\/\/127\.0\.0\.1/);
    assert.match(await kubectl.type('version'), /Server Version/);
    assert.match(await kubectl.type('get --raw /readyz?verbose'), /readyz check passed/);
    assert.match(await kubectl.type('get --raw /metrics'), /^apiserver_request_total\{/m);
  },

  'create namespace, configmap, secret, serviceaccount, service': async (kubectl) => {
    assert.equal(
      await kubectl.type(`create namespace ${kubectl.namespace}`),
      `namespace/${kubectl.namespace} created\n`,
    );
    assert.match(
      await kubectl.type('create configmap settings --from-literal=color=blue'),
      /configmap\/settings created/,
    );
    assert.match(await kubectl.type('create secret generic login --from-literal=user=me'), /secret\/login created/);
    assert.match(await kubectl.type('create serviceaccount robot'), /serviceaccount\/robot created/);
    assert.match(await kubectl.type('create service clusterip plain --tcp=80:80'), /service\/plain created/);
    assert.equal(await kubectl.type('get configmap settings -o jsonpath={.data.color}'), 'blue');
    assert.equal(await kubectl.type('get secret login -o jsonpath={.data.user}'), 'bWU=');
    assert.match(await kubectl.type('get cm settings'), /^NAME +DATA +AGE\nsettings +1 +/);
    assert.match(await kubectl.type('describe configmap settings'), /color:\n----\nblue/);
  },

  'create deployment, rollout status, expose, endpoints': async (kubectl) => {
    assert.match(
      await kubectl.type('create deployment first --image=nginx --replicas=2'),
      /deployment.apps\/first created/,
    );
    const rolled = /deployment "first" successfully rolled out/;
    assert.match(await kubectl.type('rollout status deployment/first --timeout=30s'), rolled);
    assert.match(
      await kubectl.type('get deploy first'),
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nfirst +2\/2 +2 +2 +/,
    );
    assert.match(await kubectl.type('expose deployment first --port=80'), /service\/first exposed/);
    assert.match(await kubectl.type('get svc first'), /first +ClusterIP +10\.\S+ +<none> +80\/TCP +/);
    assert.match(
      await kubectl.type('get endpoints first'),
      /^NAME +ENDPOINTS +AGE\nfirst +10\.24\.\S+:80,10\.24\.\S+:80 +/m,
    );
    assert.match(await kubectl.type('rollout history deployment/first'), /REVISION +CHANGE-CAUSE\n1 /);
  },

  'apply: created, unchanged, configured; diff says what would change': async (kubectl) => {
    const file = kubectl.file('web.yaml', manifest('nginx:1', 2));
    assert.equal(await kubectl.type(`apply -f ${file}`), 'deployment.apps/web created\nservice/web created\n');
    assert.equal(await kubectl.type(`apply -f ${file}`), 'deployment.apps/web unchanged\nservice/web unchanged\n');
    await kubectl.type(`diff -f ${file}`);
    kubectl.file('web.yaml', manifest('nginx:2', 3));
    const diff = await kubectl.type(`diff -f ${file}`, { status: 1 });
    assert.match(diff, /^-\s+replicas: 2\n\+\s+replicas: 3$/m);
    assert.match(diff, /^\+\s+- image: nginx:2$/m);
    assert.match(await kubectl.type(`apply --dry-run=server -f ${file}`), /web configured \(server dry run\)/);
    assert.match(await kubectl.type(`apply --dry-run=client -f ${file}`), /web configured \(dry run\)/);
    assert.equal(await kubectl.type('get deploy web -o jsonpath={.spec.replicas}'), '2');
    assert.equal(await kubectl.type(`apply -f ${file}`), 'deployment.apps/web configured\nservice/web unchanged\n');
    await kubectl.type('rollout status deploy/web --timeout=30s');
    assert.equal(await kubectl.type('get deploy web -o jsonpath={.status.readyReplicas}'), '3');
  },

  'apply: a misspelt field and a wrong type are refused and named': async (kubectl) => {
    const text = manifest('nginx', 1).replace('replicas:', 'replica:');
    const { stderr } = await kubectl.typed('apply -f -', { input: text, status: 1 });
    assert.match(stderr, /unknown field "(spec\.)?replica"/);
    const wrong = manifest('nginx', 1).replace('replicas: 1', 'replicas: many');
    assert.match((await kubectl.typed('apply -f -', { input: wrong, status: 1 })).stderr, /replicas/);
  },

  'apply --server-side: owners, conflict, force': async (kubectl) => {
    const file = kubectl.file('ss.yaml', manifest('nginx:1', 1).replaceAll('web', 'ss'));
    const apply = `apply --server-side -f ${file}`;
    assert.match(await kubectl.type(apply), /deployment.apps\/ss serverside-applied/);
    assert.match(await kubectl.type(apply), /deployment.apps\/ss serverside-applied/);
    await kubectl.type('scale deployment ss --replicas=2');
    const { stderr } = await kubectl.typed(apply, { status: 1 });
    assert.match(stderr, /conflict with "kubectl".*\.spec\.replicas/s);
    assert.match(await kubectl.type(`${apply} --force-conflicts`), /serverside-applied/);
    assert.equal(await kubectl.type('get deploy ss -o jsonpath={.spec.replicas}'), '1');
    const managers = await kubectl.type('get deploy ss -o jsonpath={.metadata.managedFields[*].manager}');
    assert.match(managers, /kubectl/);
    await kubectl.type(`delete -f ${file}`);
  },

  'get: wide, yaml, json, custom-columns, jsonpath, go-template, name, -A, -l, --field-selector': async (kubectl) => {
    const wide = await kubectl.type('get pods -o wide -l app=web');
    assert.match(wide, /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n/);
    assert.match(wide, /^web-\S+ +1\/1 +Running +0 +\S+ +10\.24\.\S+ +node[12] +<none> +<none>$/m);
    assert.match(await kubectl.type('get deploy web -o yaml'), /^kind: Deployment$/m);
    assert.equal(JSON.parse(await kubectl.type('get deploy web -o json')).spec.replicas, 3);
    const columns = '-o custom-columns=N:.metadata.name,R:.spec.replicas';
    assert.match(await kubectl.type(`get deploy web ${columns}`), /^N +R\nweb +3\n$/);
    assert.match(
      await kubectl.type('get pods -l app=web -o jsonpath={.items[*].status.phase}'),
      /^Running Running Running$/,
    );
    assert.equal(await kubectl.type('get deploy web -o go-template={{.spec.replicas}}'), '3');
    assert.equal(await kubectl.type('get deploy web -o name'), 'deployment.apps/web\n');
    assert.match(await kubectl.type('get deploy -A'), new RegExp(`^${kubectl.namespace} +web +3/3`, 'm'));
    const running = '--field-selector=status.phase=Running -l app=web --no-headers';
    assert.equal((await kubectl.type(`get pods ${running}`)).trim().split('\n').length, 3);
    assert.match(
      await kubectl.type('get all'),
      /^pod\/web-[\s\S]*^service\/web [\s\S]*^deployment\.apps\/web [\s\S]*^replicaset/m,
    );
    assert.match(
      await kubectl.type('get nodes -o wide'),
      /^master +Ready +control-plane\S* +\S+ +v1\.\S+ +192\.168\.122\.20 /m,
    );
    assert.match(await kubectl.type('get svc web -o wide'), /8080\/TCP +\S+ +app=web\n/);
    assert.match(await kubectl.type('get pods --sort-by=.metadata.name --show-labels -l app=web'), /LABELS\n.*app=web/);
    assert.match((await kubectl.typed('get pods nothing', { status: 1 })).stderr, /pods "nothing" not found/);
  },

  'get -w: events of a pod as they come': async (kubectl) => {
    const watch = kubectl.follow('get pods -w --output-watch-events -l job=shell'.split(' '));
    await watch.until(/ADDED +shell .*MODIFIED +shell +1\/1 +Running/s, () =>
      kubectl.type('apply -f -', { input: podManifest('shell') }),
    );
    await watch.end();
    await kubectl.type('wait pod/shell --for=condition=Ready --timeout=20s');
  },

  'exec and logs': async (kubectl) => {
    assert.equal(await kubectl.type('exec shell -- hostname'), 'shell\n');
    assert.equal(await kubectl.type('exec -i shell -- cat', { input: 'through and back' }), 'through and back');
    await kubectl.type('exec shell -- false', { status: 1 });
    const failed = await kubectl.capture(['exec', 'shell', '--', 'sh', '-c', 'exit 3'], { status: 3 });
    assert.match(failed.stderr, /command terminated with exit code 3/);
    assert.equal(await kubectl.type('logs shell'), 'started\n');
    assert.equal(await kubectl.type('logs shell --tail=1 -c main'), 'started\n');
  },

  'describe: pod, deployment, service, node, with events': async (kubectl) => {
    assert.match(await kubectl.type('describe pod shell'), /^Status: +Running$[\s\S]*^Events:[\s\S]*Scheduled/m);
    assert.match(await kubectl.type('describe deployment web'), /^Replicas: +3 desired/m);
    assert.match(await kubectl.type('describe service web'), /^Endpoints: +10\.24\./m);
    assert.match(await kubectl.type('describe node node1'), /InternalIP: +192\.168\.122\.21/);
    assert.match(await kubectl.type('describe ippool default-ipv4-ippool'), /Kind: +IPPool/);
  },

  'edit: the editor is run, the change is stored': async (kubectl) => {
    const editor = kubectl.file('editor', '#!/bin/sh\nsed -i "s/replicas: 3/replicas: 2/" "$1"\n', 0o755);
    assert.match(await kubectl.type('edit deployment web', { env: { EDITOR: editor } }), /deployment.apps\/web edited/);
    assert.equal(await kubectl.type('get deploy web -o jsonpath={.spec.replicas}'), '2');
  },

  'patch: strategic, merge, json; label, annotate': async (kubectl) => {
    const container = '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:3"}]}}}}';
    assert.match(await kubectl.run(['patch', 'deploy', 'web', '-p', container]), /deployment.apps\/web patched/);
    assert.equal(await kubectl.type('get deploy web -o jsonpath={.spec.template.spec.containers[*].image}'), 'nginx:3');
    await kubectl.run(['patch', 'deploy', 'web', '--type=merge', '-p', '{"spec":{"replicas":3}}']);
    const operation = '[{"op":"replace","path":"/spec/replicas","value":1}]';
    await kubectl.run(['patch', 'deploy', 'web', '--type=json', '-p', operation]);
    assert.equal(await kubectl.type('get deploy web -o jsonpath={.spec.replicas}'), '1');
    assert.match(await kubectl.type('label pod shell color=red'), /pod\/shell labeled/);
    assert.match((await kubectl.typed('label pod shell color=blue', { status: 1 })).stderr, /--overwrite/);
    assert.match(await kubectl.type('label pod shell color-'), /pod\/shell/);
    assert.match(await kubectl.type('annotate pod shell note=here'), /pod\/shell annotated/);
    assert.equal(await kubectl.type('get pod shell -o jsonpath={.metadata.annotations.note}'), 'here');
  },

  'scale, set image, rollout undo, restart, wait': async (kubectl) => {
    assert.match(await kubectl.type('scale deployment web --replicas=2'), /deployment.apps\/web scaled/);
    assert.match(await kubectl.type('set image deployment/web web=nginx:4'), /image updated/);
    await kubectl.type('rollout status deployment/web --timeout=30s');
    assert.match(await kubectl.type('rollout undo deployment/web'), /rolled back/);
    await kubectl.type('rollout status deployment/web --timeout=30s');
    assert.equal(await kubectl.type('get deploy web -o jsonpath={.spec.template.spec.containers[0].image}'), 'nginx:3');
    assert.match(await kubectl.type('rollout restart deployment/web'), /restarted/);
    await kubectl.type('rollout status deployment/web --timeout=30s');
    await kubectl.type('wait deployment/web --for=condition=Available --timeout=20s');
  },

  'run, events, cordon': async (kubectl) => {
    assert.match(await kubectl.type('run one --image=nginx --restart=Never --labels=run=one'), /pod\/one created/);
    await kubectl.type('wait pod/one --for=condition=Ready --timeout=20s');
    assert.match(await kubectl.type('get events'), /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n[\s\S]*Started/m);
    if (kubectl.isAtLeast('1.26')) assert.match(await kubectl.type('events --for=pod/one'), /Scheduled/);
    assert.match(await kubectl.type('cordon node2'), /node\/node2 cordoned/);
    assert.match(await kubectl.type('get node node2'), /Ready,SchedulingDisabled/);
    assert.match(await kubectl.type('uncordon node2'), /node\/node2 uncordoned/);
  },

  'explain: a built-in kind and one of ours': async (kubectl) => {
    assert.match(await kubectl.type('explain pods.spec.containers'), /^ +image\s*<string>/m);
    assert.match(await kubectl.type('explain deployment.spec.replicas'), /FIELD: +replicas/);
    assert.match(await kubectl.type('explain ippools.spec'), /^ +cidr\s*<string>/m);
    assert.match(await kubectl.type('explain service.spec --recursive'), /clusterIP/);
  },

  'auth can-i': async (kubectl) => {
    assert.equal(await kubectl.type('auth can-i create pods'), 'yes\n');
    assert.match(await kubectl.type('auth can-i --list'), /\*\.\* +\[\] +\[\] +\[\*\]/);
  },

  'our kinds: columns, patch, and the words of a refusal': async (kubectl) => {
    assert.match(await kubectl.type('get ippools'), /^default-ipv4-ippool +10\.24\.0\.0\/16 /m);
    assert.match(await kubectl.type('get ippools -o wide'), /all\(\)/);
    const bad = '{"spec":{"cidr":"10.25.0.0/16"}}';
    const refused = await kubectl.capture(['patch', 'ippool', 'default-ipv4-ippool', '--type=merge', '-p', bad], {
      status: 1,
    });
    assert.match(refused.stderr, /spec\.cidr: .*IPPool CIDR cannot be modified/);
    const pool = 'apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\nspec: {cidr: 10.9.0.0/33}\n';
    assert.match(
      (await kubectl.typed('apply -f -', { input: pool, status: 1 })).stderr,
      /spec\.cidr.*10\.9\.0\.0\/33/s,
    );
  },

  'our kinds: apply client- and server-side, diff, edit, describe, the fourth way to patch, both network policies':
    async (kubectl) => {
      const file = kubectl.file('policy.yaml', policyManifest(10));
      assert.equal(await kubectl.type(`apply -f ${file}`), 'networkpolicy.projectcalico.org/peers created\n');
      assert.equal(await kubectl.type(`apply -f ${file}`), 'networkpolicy.projectcalico.org/peers unchanged\n');
      kubectl.file('policy.yaml', policyManifest(20));
      assert.match(await kubectl.type(`diff -f ${file}`, { status: 1 }), /^-\s+order: 10\n\+\s+order: 20$/m);
      // The body of a server-side apply is the patch of the fourth type.
      const { stderr } = await kubectl.typed(`apply --server-side --field-manager=other -f ${file}`, { status: 1 });
      assert.match(stderr, /conflict with "kubectl-client-side-apply".*\.spec\.order/s);
      const forced = `apply --server-side --field-manager=other --force-conflicts -f ${file}`;
      assert.match(await kubectl.type(forced), /networkpolicy\.projectcalico\.org\/peers serverside-applied/);
      assert.equal(await kubectl.type('get cnp peers -o jsonpath={.spec.order}'), '20');
      const editor = kubectl.file('editor', '#!/bin/sh\nsed -i "s/order: 20/order: 30/" "$1"\n', 0o755);
      assert.match(await kubectl.type('edit cnp peers', { env: { EDITOR: editor } }), /peers edited/);
      assert.match(await kubectl.type('describe cnp peers'), /^ +Order: +30$/m);
      const wrong = policyManifest(20).replace('order', 'oder');
      assert.match(
        (await kubectl.typed('apply -f -', { input: wrong, status: 1 })).stderr,
        /unknown field "(spec\.)?oder"/,
      );

      await kubectl.type('apply -f -', { input: policies });
      const ours = await kubectl.type('get networkpolicies.projectcalico.org -o wide');
      assert.match(ours, /^NAME +TIER +ORDER +SELECTOR +AGE\nallow-tcp-80 +default +5 +app == 'nginx' +/);
      assert.match(await kubectl.type('get networkpolicies'), /^NAME +POD-SELECTOR +AGE\nfrom-web +app=web +/);
      assert.match(
        await kubectl.type('describe networkpolicy from-web'),
        /To Port: +80\/TCP\n +From:\n +PodSelector: +app=web/,
      );
      await kubectl.type('delete -f -', { input: `${policies}---${policyManifest(1)}` });
    },

  'chunks, --dry-run=server, get -w -A': async (kubectl) => {
    assert.equal(await kubectl.type('get pods -A -o name --chunk-size=1'), await kubectl.type('get pods -A -o name'));
    await kubectl.type('create namespace never --dry-run=server');
    await kubectl.type('get namespace never', { status: 1 });
    await kubectl.type('delete pod shell --dry-run=server');
    const name = `${kubectl.namespace}-seen`;
    const watch = kubectl.follow('get configmaps -A -w'.split(' '));
    await watch.until(/^NAMESPACE +NAME +DATA +AGE$/m);
    await watch.until(new RegExp(`^${kubectl.namespace} +${name} +0 `, 'm'), () =>
      kubectl.type(`create configmap ${name}`),
    );
    await watch.end();
  },

  'delete: --wait, --cascade, by label, by file': async (kubectl) => {
    assert.match(await kubectl.type('delete pod one --wait'), /pod "one" deleted/);
    await kubectl.type('get pod one', { status: 1 });
    assert.match(await kubectl.type('delete deployment first --cascade=orphan'), /deployment.apps "first" deleted/);
    assert.match(await kubectl.type('get rs -l app=first --no-headers'), /^first-/);
    assert.match(
      await kubectl.type('delete rs -l app=first --cascade=foreground'),
      /replicaset.apps "first-\S+" deleted/,
    );
    assert.equal(await kubectl.type('get pods -l app=first --no-headers'), '');
    await kubectl.type(`delete -f ${kubectl.file('web.yaml', manifest('nginx', 1))}`);
    assert.match(await kubectl.type(`delete namespace ${kubectl.namespace}`), /deleted/);
    await kubectl.type(`get namespace ${kubectl.namespace}`, { status: 1 });
  },
};

for (const binary of findKubectls()) {
  describe(`kubectl ${binary.version}`, () => {
    let kubectl: Kubectl;
    before(() => {
      kubectl = new Kubectl(binary, labDirectory(lab.name).kubeconfig);
    });
    after(() => kubectl?.remove());
    for (const [topic, run] of Object.entries(script)) test(topic, () => run(kubectl));
  });
}
