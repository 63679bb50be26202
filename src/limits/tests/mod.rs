//! Whole judgements of simulated runs: honest limiters fail nothing, a faulty one fails its rules.

mod honest;
mod world;
