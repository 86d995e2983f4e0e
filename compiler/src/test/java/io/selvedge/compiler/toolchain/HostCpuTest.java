package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HostCpuTest {
    private static final String NEHALEM = "flags\t\t: fpu sse2 pni ssse3 cx16 sse4_1 sse4_2 popcnt\n";
    private static final String HASWELL = NEHALEM.replace("\n", " movbe avx f16c abm bmi1 avx2 bmi2 fma\n");
    private static final String SKYLAKE = HASWELL.replace("\n", " avx512f avx512bw avx512vl avx512dq avx512cd\n");

    @Test
    void targets_follow_the_flags_best_first() {
        assertThat(names(cpu("flags : fpu sse2 sse4_2\n"))).containsExactly("generic");
        assertThat(names(cpu(NEHALEM))).containsExactly("x86-64-v2", "generic");
        assertThat(names(cpu(HASWELL))).containsExactly("x86-64-v3", "x86-64-v2", "generic");
        assertThat(cpu(HASWELL.replace("\n", " avx_vnni\n")).bestTarget()).isEqualTo("x86-64-v3+avxvnni");
        assertThat(names(cpu(SKYLAKE))).containsExactly("x86-64-v4", "x86-64-v3", "x86-64-v2", "generic");
        assertThat(cpu(SKYLAKE.replace("\n", " avx512_vnni\n")).bestTarget()).isEqualTo("x86-64-v4+vnni");
    }

    @Test
    void a_flag_that_is_missing_is_named() {
        HostCpu skylake = cpu(SKYLAKE);
        assertThat(skylake.lackFor(TargetCatalog.X86_64_V4_VNNI)).hasValue("this CPU lacks avx512_vnni");
        assertThat(skylake.lackFor(TargetCatalog.X86_64_V3_AVXVNNI)).hasValue("this CPU lacks avx_vnni");
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

    private static List<String> names(HostCpu cpu) {
        return cpu.targets().stream().map(Target::name).toList();
    }

    private static HostCpu cpu(String cpuinfo) {
        return HostCpu.parse(cpuinfo, "amd64", 4, "Linux 6", "25");
    }
}
