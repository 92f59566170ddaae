/** The level of the Kubernetes API that the lab's API server and kubelets speak: clients compare with it. */
export const kubernetesVersion = 'v1.32.0+weft';
