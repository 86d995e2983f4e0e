package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HostCpuTest {
    private static final String HASWELL = "flags\t\t: fpu sse2 movbe popcnt avx f16c abm bmi1 avx2 bmi2 fma\n";

    @Test
    void target_follows_the_flags() {
        assertThat(cpu("flags : fpu sse2 sse4_2\n").targets()).containsExactly("generic");
        assertThat(cpu(HASWELL).targets()).containsExactly("x86-64-v3", "generic");
        String vnni = HASWELL.replace("\n", " avx512f avx512bw avx512vl avx512dq avx512cd avx512_vnni\n");
        assertThat(cpu(vnni).bestTarget()).isEqualTo("x86-64-v4+vnni");
    }

    @Test
    void avx512_without_vnni_is_v3_and_the_missing_flag_is_named() {
        HostCpu skylake = cpu(HASWELL.replace("\n", " avx512f avx512bw avx512vl avx512dq avx512cd\n"));
        assertThat(skylake.bestTarget()).isEqualTo("x86-64-v3");
        assertThat(skylake.missingFor("x86-64-v4+vnni")).containsExactly("avx512_vnni");
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
