/** The label of an EndpointSlice with the name of its Service. @see kubernetes.io "EndpointSlices", "Ownership" */
export const serviceNameLabel = 'kubernetes.io/service-name';
