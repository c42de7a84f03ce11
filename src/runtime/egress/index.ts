/** By which interface a pair's packets leave, found out by bursts and the kernel's counters. */
export { createEgressVerifier, type EgressVerifier } from './verifier'
