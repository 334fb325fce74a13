//! The register machine: Arrow columns in, steps over chunks of households, Arrow columns out.

pub mod execute;
pub mod frame;
pub mod input;
pub mod loops;
pub mod output;
