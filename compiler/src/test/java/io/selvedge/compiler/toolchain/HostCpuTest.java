package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.target.TargetCatalog;
import org.junit.jupiter.api.Test;

final class HostCpuTest {
    private static final String HASWELL = "flags\t\t: fpu sse2 movbe popcnt avx f16c abm bmi1 avx2 bmi2 fma\n";

    @Test
    void target_follows_the_flags() {
        assertThat(cpu("flags : fpu sse2 sse4_2\n").targets()).containsExactly(TargetCatalog.X86_64);
        assertThat(cpu(HASWELL).targets()).containsExactly(TargetCatalog.X86_64_V3, TargetCatalog.X86_64);
        String vnni = HASWELL.replace("\n", " avx512f avx512bw avx512vl avx512dq avx512cd avx512_vnni\n");
        assertThat(cpu(vnni).best()).isEqualTo(TargetCatalog.X86_64_V4_VNNI);
    }

    @Test
    void avx512_without_vnni_is_v3_and_the_missing_flag_is_named() {
        HostCpu skylake = cpu(HASWELL.replace("\n", " avx512f avx512bw avx512vl avx512dq avx512cd\n"));
        assertThat(skylake.best()).isEqualTo(TargetCatalog.X86_64_V3);
        assertThat(skylake.lackFor(TargetCatalog.X86_64_V4_VNNI)).hasValue("this CPU lacks avx512_vnni");
        assertThat(skylake.lackFor(TargetCatalog.X86_64_V3)).isEmpty();
    }

    @Test
    void without_cpuinfo_the_architecture_is_the_model() {
        HostCpu cpu = cpu("");
        assertThat(cpu.model()).isEqualTo("amd64");
        assertThat(cpu.best()).isEqualTo(TargetCatalog.X86_64);
    }

    @Test
    void arm_and_risc_v_tell_their_features_in_other_words() {
        HostCpu a53 = HostCpu.parse("Features\t: fp asimd evtstrm aes crc32\n", "aarch64", 4, "Linux 6", "25");
        assertThat(a53.targets()).containsExactly(TargetCatalog.AARCH64, TargetCatalog.GENERIC_AARCH64);
        HostCpu a76 = HostCpu.parse("Features\t: fp asimd asimdhp asimddp\n", "aarch64", 4, "Linux 6", "25");
        assertThat(a76.best()).isEqualTo(TargetCatalog.AARCH64_DOTPROD);
        assertThat(a76.lackFor(TargetCatalog.X86_64)).hasValue("it is for x86_64 and this is aarch64");
        HostCpu scalar = HostCpu.parse("isa\t\t: rv64imafdc_zicsr_zve64x\n", "riscv64", 4, "Linux 6", "25");
        assertThat(scalar.targets()).containsExactly(TargetCatalog.GENERIC_RISCV64);
        HostCpu vector = HostCpu.parse("isa\t\t: rv64imafdcv_zicsr_zba\n", "riscv64", 4, "Linux 6", "25");
        assertThat(vector.best()).isEqualTo(TargetCatalog.RISCV64_V);
    }

    @Test
    void architecture_without_code_is_refused_with_those_that_have_it() {
        assertThatThrownBy(() -> HostCpu.parse("", "s390x", 4, "Linux 6", "25").best())
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContaining("s390x")
                .hasMessageContaining("riscv64");
    }

    @Test
    void this_host_is_described() {
        HostCpu host = HostCpu.detect();
        assertThat(host.cores()).isPositive();
        assertThat(host.model()).isNotBlank();
        assertThat(host.targets()).isNotEmpty();
    }

    private static HostCpu cpu(String cpuinfo) {
        return HostCpu.parse(cpuinfo, "amd64", 4, "Linux 6", "25");
    }
}
