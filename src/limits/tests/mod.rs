//! Whole judgements of simulated runs: honest limiters fail nothing, a faulty one fails its rules.

mod armed;
mod book;
mod faults;
mod hand;
mod honest;
mod http2;
mod restart;
mod times;
mod world;
