package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HostCpuTest {
    private static final String NEHALEM = "flags\t\t: fpu sse2 pni ssse3 cx16 sse4_1 sse4_2 popcnt\n";
    private static final String HASWELL = NEHALEM.replace("\n", " movbe avx f16c abm bmi1 avx2 bmi2 fma\n");
    private static final String SKYLAKE = HASWELL.replace("\n", " avx512f avx512bw avx512vl avx512dq avx512cd\n");

    @Test
    void targets_follow_the_flags_best_first() {
        assertThat(cpu("flags : fpu sse2 sse4_2\n").targets()).containsExactly("generic");
        assertThat(cpu(NEHALEM).targets()).containsExactly("x86-64-v2", "generic");
        assertThat(cpu(HASWELL).targets()).containsExactly("x86-64-v3", "x86-64-v2", "generic");
        assertThat(cpu(HASWELL.replace("\n", " avx_vnni\n")).bestTarget()).isEqualTo("x86-64-v3+avxvnni");
        assertThat(cpu(SKYLAKE).targets()).containsExactly("x86-64-v4", "x86-64-v3", "x86-64-v2", "generic");
        assertThat(cpu(SKYLAKE.replace("\n", " avx512_vnni\n")).bestTarget()).isEqualTo("x86-64-v4+vnni");
    }

    @Test
    void a_flag_that_is_missing_is_named() {
        HostCpu skylake = cpu(SKYLAKE);
        assertThat(skylake.missingFor("x86-64-v4+vnni")).containsExactly("avx512_vnni");
        assertThat(skylake.missingFor("x86-64-v3+avxvnni")).containsExactly("avx_vnni");
        assertThat(skylake.missingFor("x86-64-v3")).isEmpty();
    }

    @Test
    void without_cpuinfo_the_architecture_is_the_model() {
        HostCpu cpu = cpu("");
        assertThat(cpu.model()).isEqualTo(System.getProperty("os.arch"));
        assertThat(cpu.bestTarget()).isEqualTo(HostCpu.GENERIC);
    }

    @Test
    void this_host_is_described() {
        HostCpu host = HostCpu.detect();
        assertThat(host.cores()).isPositive();
        assertThat(host.model()).isNotBlank();
        assertThat(host.targets()).isNotEmpty();
    }

    private static HostCpu cpu(String cpuinfo) {
        return HostCpu.parse(cpuinfo, 4, "Linux 6", "25");
    }
}
